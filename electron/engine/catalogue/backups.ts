import * as z from 'zod'
import { Manifest, type Backup } from '../../shared/model.ts'
import { backupColumns, BackupRow, toBackup } from './backup-row.ts'
import type { Catalogue } from './catalogue.ts'
import { Json } from './column.ts'

/** The last backup of a page: the next page begins below it. */
type PageEnd = Pick<Backup, 'takenAt' | 'id'>

interface Page {
  readonly database?: string | undefined
  readonly before?: PageEnd | undefined
  readonly limit: number
}

const goodStates = "state IN ('intact', 'proven', 'copied')"
// A plus before a bound value, here and below, hides it from the planner. SQLite with STAT4 would plan the statement
// anew for every value it can see, which takes ten times as long as the seek (sqlite.org/compile.html#enable_stat4).
const ofDatabase = 'database = +@database'

export function backup(catalogue: Catalogue, id: string): Backup | undefined {
  const row = catalogue.get(BackupRow, `SELECT ${backupColumns} FROM backups WHERE id = @id`, { id })
  return row && toBackup(row)
}

/** What the manifest beside the backup said when it was recorded. */
export const manifest = (catalogue: Catalogue, id: string): Manifest | undefined =>
  catalogue.get(ManifestRow, 'SELECT json FROM manifests WHERE backup_id = @id', { id })?.json

const ManifestRow = z.object({ json: Json.pipe(Manifest) })

/** One page, newest first; of one database, or of all. Pass the last backup of a page to get the next. */
export function listBackups(catalogue: Catalogue, { database, before, limit }: Page): Backup[] {
  // Without a bound SQLite calls the first page a scan; the end of time is a bound like any other.
  const takenAt = before ? Date.parse(before.takenAt) : Number.MAX_SAFE_INTEGER
  const rows = catalogue.all(
    BackupRow,
    `SELECT ${backupColumns} FROM backups
     WHERE ${database === undefined ? '' : `${ofDatabase} AND`} (taken_at, id) < (+@takenAt, +@id)
     ORDER BY taken_at DESC, id DESC LIMIT +@limit`,
    { takenAt, id: before?.id ?? '', limit, ...(database === undefined ? {} : { database }) },
  )
  return rows.map(toBackup)
}

/** The newest backup of a database whose bytes were read in full and found right. */
export const latestIntact = (catalogue: Catalogue, database: string): Backup | undefined =>
  newestOf(catalogue, goodStates, database)

/** The newest backup of a database that was restored for a test with an equal fingerprint, and is still good. */
export const latestProven = (catalogue: Catalogue, database: string): Backup | undefined =>
  newestOf(catalogue, `${goodStates} AND proven_at IS NOT NULL`, database)

/** What the newest good run of a database read, wrote and took: the measure for the next one. */
export function lastGoodRun(
  catalogue: Catalogue,
  database: string,
): Pick<Backup, 'bytes' | 'plainBytes' | 'durationMs'> | undefined {
  return latestIntact(catalogue, database)
}

function newestOf(catalogue: Catalogue, condition: string, database: string): Backup | undefined {
  const row = catalogue.get(
    BackupRow,
    `SELECT ${backupColumns} FROM backups WHERE ${condition} AND ${ofDatabase}
     ORDER BY taken_at DESC, id DESC LIMIT 1`,
    { database },
  )
  return row && toBackup(row)
}

/** The newest good backup of every database that ever had one, by name. */
export const newestIntactPerDatabase = (catalogue: Catalogue): Backup[] =>
  newestPerDatabase(catalogue, goodStates)

/** The newest proven backup of every database that ever had one, by name. */
export const newestProvenPerDatabase = (catalogue: Catalogue): Backup[] =>
  newestPerDatabase(catalogue, `${goodStates} AND proven_at IS NOT NULL`)

/** Seeks from one database to the next: one seek each, where grouping would read every row. */
function newestPerDatabase(catalogue: Catalogue, condition: string): Backup[] {
  const next = (database: string): BackupRow | undefined =>
    catalogue.get(
      BackupRow,
      `SELECT ${backupColumns} FROM backups WHERE ${condition} AND database > @database
       ORDER BY database, taken_at DESC, id DESC LIMIT 1`,
      { database },
    )
  const newest: Backup[] = []
  for (let row = next(''); row; row = next(row.database)) newest.push(toBackup(row))
  return newest
}

const Totals = z.object({ count: z.int(), bytes: z.int() })

/** How many backups this site has on this PC and how much room their archives take; missing ones do not count. */
export function totals(catalogue: Catalogue): z.output<typeof Totals> {
  return catalogue.get(Totals, 'SELECT count, bytes FROM totals WHERE id = 1') ?? { count: 0, bytes: 0 }
}
