import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FaultError } from '../../shared/fault.ts'

const ending = '.manifest.json'
/** Of the empty file that pins a backup: what was pinned is pinned without the catalogue, too. */
export const pinEnding = '.pinned'
/** `<site>/<database>/<yyyy>/<mm>`: the same at every destination. */
const depth = 4

export interface FoundManifest {
  /** Its folder below the destination's, with forward slashes. */
  readonly path: string
  readonly name: string
  /** What the files of this backup have in common: path and name without the endings. */
  readonly stem: string
  readonly isPinned: boolean
}

/**
 * Every manifest of a destination folder, in the order of their names; one month is in memory at a time. Links are not
 * followed. Throws DEST_UNAVAILABLE when any part of it cannot be read: half a look must not pass for a whole one.
 */
export async function* findManifests(
  folder: string,
  path: readonly string[] = [],
): AsyncGenerator<FoundManifest> {
  const entries = await list(folder, path)
  const pins = new Set(entries.map(({ name }) => name).filter((name) => name.endsWith(pinEnding)))
  for (const entry of entries) {
    if (path.length < depth) {
      if (entry.isDirectory()) yield* findManifests(folder, [...path, entry.name])
    } else if (entry.isFile() && entry.name.endsWith(ending)) {
      const bare = entry.name.slice(0, -ending.length)
      const isPinned = pins.has(bare + pinEnding)
      yield { path: path.join('/'), name: entry.name, stem: [...path, bare].join('/'), isPinned }
    }
  }
}

async function list(folder: string, path: readonly string[]): Promise<Dirent[]> {
  const entries = await readdir(join(folder, ...path), { withFileTypes: true }).catch((error: unknown) => {
    const detail = error instanceof Error ? error.message : String(error)
    throw new FaultError('DEST_UNAVAILABLE', { values: { folder }, detail, cause: error })
  })
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
