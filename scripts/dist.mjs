// Packs the built app into dist/ for this computer's platform, not yet as an installer. Downloads nothing where the
// stand-in runtime is used. `--inspectable` leaves the one fuse on that a test driver needs.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, Platform } from 'electron-builder'
import { officialElectron, runtimeFolder } from './electron.mjs'

const projectRoot = fileURLToPath(new URL('..', import.meta.url))
const staged = join(projectRoot, '.runtime/to-pack')

/** The stand-in without its link to the project's own sources: the packed app brings an archive instead. */
function stageStandIn() {
  rmSync(staged, { recursive: true, force: true })
  const app = join(runtimeFolder, 'resources/app')
  cpSync(runtimeFolder, staged, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => source !== app,
  })
  return { electronDist: staged, electronVersion: '33.2.1' }
}

// With hard links the fuses would be flipped in the runtime that development uses.
process.env.USE_HARD_LINKS = 'false'
const inspectable = process.argv.includes('--inspectable')
await build({
  projectDir: projectRoot,
  targets: Platform.current().createTarget('dir'),
  publish: 'never',
  config: {
    extends: 'electron-builder.yml',
    ...(inspectable ? { electronFuses: { enableNodeCliInspectArguments: true } } : {}),
    ...(officialElectron() ? {} : stageStandIn()),
  },
})
rmSync(staged, { recursive: true, force: true })
