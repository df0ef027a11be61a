import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { electronLaunch } from '../../scripts/electron.mjs'
import type { Desktop } from './desktop.ts'

const pictures = join(import.meta.dirname, '../../test-results/screens')

export interface RunningApp {
  readonly electron: ElectronApplication
  readonly window: Page
  /** What the page complained about: errors, and whatever the content policy refused. */
  readonly complaints: readonly string[]
}

/** Starts the real app on this desktop. `executable` names a packed app instead of the development runtime. */
export async function startApp(
  desktop: Desktop,
  dataFolder: string,
  executable?: string,
): Promise<RunningApp> {
  const launch =
    executable === undefined ? electronLaunch() : { executablePath: executable, args: ['--no-sandbox'] }
  const electron = await _electron.launch({
    executablePath: launch.executablePath,
    args: [...launch.args, '--disable-gpu', '--data', dataFolder],
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...desktop.env },
    timeout: 60_000,
  })
  const window = await electron.firstWindow()
  const complaints: string[] = []
  window.on('pageerror', (error) => complaints.push(error.message))
  window.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  return { electron, window, complaints }
}

/** Pictures of the window as it is now, in both colour schemes and at two sizes. */
export async function picture({ electron, window }: RunningApp, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  for (const [width, height] of [
    [1100, 720],
    [760, 560],
  ] as const) {
    await resize({ electron, window }, width, height)
    for (const colorScheme of ['light', 'dark'] as const) {
      await window.emulateMedia({ colorScheme })
      await window.evaluate(settled)
      const path = join(pictures, `${name}-${colorScheme}-${width}.png`)
      // Whatever moves to an end is shown at its end.
      await window.screenshot({ path, animations: 'disabled' })
    }
  }
  await window.emulateMedia({ colorScheme: null })
  await resize({ electron, window }, 1100, 720)
}

type Shown = Pick<RunningApp, 'electron' | 'window'>

async function resize({ electron, window }: Shown, width: number, height: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height)
    },
    { width, height },
  )
  await window.waitForFunction((wanted) => globalThis.innerWidth === wanted, width)
}

/** In the page: resolves when what changed has been painted. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
  })

/** The answers that a person would give in the system's own dialogs, which no driver can reach. */
export async function answerDialogs(
  app: RunningApp,
  answers: { folder: string; keyFile: string },
): Promise<void> {
  await app.electron.evaluate(({ dialog }, { folder, keyFile }) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [folder] })
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: keyFile })
  }, answers)
}
