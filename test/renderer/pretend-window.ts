import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { build } from 'vite'
import type { ScenarioName } from './scenarios.ts'
import { serveWindow } from './serve-window.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Builds the real window and serves it with the app's own policy. `name` is a folder of its own under test-results,
 * so that another build made meanwhile does not pull the files away.
 */
export async function buildPretendWindow(name: string) {
  const folder = `${root}test-results/${name}`
  await build({ configFile: `${root}renderer/vite.config.ts`, logLevel: 'error', build: { outDir: folder } })
  const bridge = await bundleBridge()
  const { address, close } = await serveWindow(folder)
  const prepared = new WeakSet<Page>()
  const open = async (page: Page, scenario: ScenarioName): Promise<void> => {
    if (!prepared.has(page)) await page.addInitScript({ content: bridge })
    prepared.add(page)
    await page.goto(`${address}?scenario=${scenario}`)
  }
  return { open, close }
}

/** The pretend engine as one classic script, run before the page's own. */
async function bundleBridge(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: `${root}test/renderer/fake-bridge.ts`, formats: ['iife'], name: 'fakeBridge' },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (output === undefined || !('output' in output)) throw new Error('the bridge was not built')
  return output.output[0].code
}
