import type { Difference } from './compare-fingerprints-rules.ts'

const shown = 20

/**
 * What pg_restore could not restore, object by object as far as it names them, the first ones. With one job it names
 * the entry of the archive, with several only the statement that failed. Its own words are English (LC_ALL=C), as are
 * those of a cluster that we made.
 */
export function restoreErrors(stderr: string): readonly Difference[] {
  const found = new Map<string, Difference>()
  let entry: string | undefined
  let last: Difference | undefined
  for (const line of stderr.split('\n')) {
    // "pg_restore: from TOC entry 3412; 0 16439 TABLE DATA orders owner"
    entry = /^pg_restore: from TOC entry \d+; \d+ \d+ (.+)$/.exec(line)?.[1] ?? entry
    const error = /^pg_restore: error: (.+)$/.exec(line)?.[1]
    // "Command was: ALTER TABLE ONLY public.orders"
    const statement = /^Command was: (.+)$/.exec(line)?.[1]
    if (error !== undefined) {
      last = { object: entry ?? 'archive', expected: 'to be restored', found: error }
      const key = entry ?? error
      if (!found.has(key)) found.set(key, last)
    } else if (statement !== undefined && last !== undefined && entry === undefined) {
      if (found.get(last.found) === last) found.set(last.found, { ...last, object: statement })
    }
  }
  return [...found.values()].slice(0, shown)
}

/** Faults that lie with this computer and say nothing about the backup. */
export const isOfThisComputer = (code: string, stderr: string): boolean =>
  ['DISK_FULL', 'DB_CONNECTION_LOST', 'DB_UNREACHABLE', 'DB_TOO_MANY', 'DB_STARTING', 'DB_AUTH'].includes(
    code,
  ) || /out of (?:shared )?memory|could not (?:fork|resize shared memory)/.test(stderr)
