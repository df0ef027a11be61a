import type { Backup } from '../electron/shared/model.ts'

type Backups = readonly Backup[]

/** The newest were read again, at most `limit` of them: what was known to be older stays below, once. */
export function withNewest(newest: Backups, known: Backups, limit: number) {
  const oldest = newest.at(-1)
  if (oldest === undefined || newest.length < limit) return { backups: newest, more: false }
  const older = known.filter((backup) => isOlder(backup, oldest))
  return { backups: withOlder(newest, older), more: true }
}

/** The order of the list: by time, and by id where two were taken in the same moment. */
const isOlder = (one: Backup, other: Backup): boolean =>
  one.takenAt === other.takenAt ? one.id < other.id : one.takenAt < other.takenAt

/** One more page below the known ones. The same backup never appears twice. */
export function withOlder(known: Backups, older: Backups): Backups {
  const ids = new Set(known.map(({ id }) => id))
  return [...known, ...older.filter(({ id }) => !ids.has(id))]
}
