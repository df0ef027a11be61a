import type { Difference } from './compare-fingerprints-rules.ts'

const shown = 20

/**
 * What pg_restore could not restore, object by object as far as it names them, the first ones. Its own words are
 * English (LC_ALL=C), as are those of a cluster that we made.
 */
export function restoreErrors(stderr: string): readonly Difference[] {
  const found = new Map<string, string>()
  let object = 'archive'
  for (const line of stderr.split('\n')) {
    // "pg_restore: from TOC entry 3412; 0 16439 TABLE DATA orders owner"
    object = /^pg_restore: from TOC entry \d+; \d+ \d+ (.+)$/.exec(line)?.[1] ?? object
    const error = /^pg_restore: error: (.+)$/.exec(line)?.[1]
    if (error !== undefined && !found.has(object)) found.set(object, error)
  }
  return [...found]
    .slice(0, shown)
    .map(([name, error]) => ({ object: name, expected: 'to be restored', found: error }))
}

/** Faults that lie with this computer and say nothing about the backup. */
export const isOfThisComputer = (code: string, stderr: string): boolean =>
  ['DISK_FULL', 'DB_CONNECTION_LOST', 'DB_UNREACHABLE', 'DB_TOO_MANY', 'DB_STARTING', 'DB_AUTH'].includes(
    code,
  ) || /out of (?:shared )?memory|could not (?:fork|resize shared memory)/.test(stderr)
