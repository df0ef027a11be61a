import { existsSync, renameSync } from 'node:fs'
import { FaultError } from '../../shared/fault.ts'
import { openAlone, type Catalogue } from './catalogue.ts'
import type { OpenOptions } from './connection.ts'
import { whileAlone } from './opening-lock.ts'

export interface OpenedCatalogue {
  readonly catalogue: Catalogue
  /** Where the damaged file was put aside, with its -wal and -shm; null when nothing was wrong. */
  readonly replaced: string | null
}

/**
 * Opens the catalogue whatever happened to it: a damaged one is kept aside as `<file>.broken-<UTC>` and an empty
 * one takes its place (INV-16; ask `needsRebuild` afterwards). Throws CATALOGUE_NEWER, and touches nothing then.
 */
export function openOrReplaceCatalogue(
  file: string,
  now: number,
  options: OpenOptions = {},
): OpenedCatalogue {
  return whileAlone(file, options, () => {
    // A -wal without its catalogue belongs to a file that somebody took away; SQLite must not meet it.
    if (!existsSync(file) && existsSync(`${file}-wal`)) putAside(file, now)
    try {
      return { catalogue: openAlone(file, options), replaced: null }
    } catch (error) {
      if (!(error instanceof FaultError) || error.code !== 'CATALOGUE_BROKEN') throw error
      const replaced = putAside(file, now)
      return { catalogue: openAlone(file, options), replaced }
    }
  })
}

/** Keeps the suffixes last, so that SQLite still opens the set under its new name. */
function putAside(file: string, now: number): string {
  const aside = `${file}.broken-${new Date(now).toISOString().replaceAll(/[-:.]/g, '')}`
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  }
  return aside
}
