// Whether what `npm run build` made is there and newer than every source.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

// Three builds run one after the other, and any of them may have been cut short: one file of each must be there.
const made = ['electron/main.js', 'electron/preload.cjs', 'renderer/index.html']

export function isBuildOutOfDate(projectRoot) {
  const built = made.map((name) => join(projectRoot, 'out', name))
  if (!built.every((file) => existsSync(file))) return true
  const sources = ['electron', 'renderer', 'resources'].flatMap((folder) =>
    filesBelow(join(projectRoot, folder)),
  )
  const builtAtMs = Math.min(...built.map((file) => statSync(file).mtimeMs))
  return sources.some((file) => statSync(file).mtimeMs > builtAtMs)
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}
