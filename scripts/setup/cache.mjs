// Things that take long to make are kept once per machine, and shared by every clone on it.
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const abandonedAfterMs = 60 * 60 * 1000

/** Returns the folder kept under that name. If there is none yet, `make(folder)` fills it. */
export async function kept(name, make) {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'larder-dev', name)
  if (!existsSync(folder)) await makeWhole(folder, make)
  return folder
}

/**
 * Makes a folder by `make(temporary)`. It gets its name only when it is whole, so neither an interrupted set-up
 * nor a second one at the same time leaves half of it. Where another process was faster, its folder stays.
 */
export async function makeWhole(folder, make) {
  const base = dirname(folder)
  mkdirSync(base, { recursive: true })
  removeAbandoned(base)
  const partial = mkdtempSync(join(base, 'partial-'))
  try {
    // A temporary folder is closed to others; what comes of it may be packed, or run by another user.
    chmodSync(partial, 0o755)
    await make(partial)
    renameSync(partial, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** Makes `target` a tree of hard links to `source`, or of copies where the two are on different disks. */
export function linkTree(source, target) {
  mkdirSync(target, { recursive: true })
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)]
    if (entry.isDirectory()) linkTree(from, to)
    else linkFile(from, to)
  }
}

export function linkFile(from, to) {
  try {
    linkSync(from, to)
  } catch {
    cpSync(from, to)
  }
}

function removeAbandoned(base) {
  for (const name of readdirSync(base).filter((entry) => entry.startsWith('partial-'))) {
    const path = join(base, name)
    if (Date.now() - statSync(path).mtimeMs > abandonedAfterMs) rmSync(path, { recursive: true, force: true })
  }
}
