import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import { Server } from '../../shared/model.ts'
import { RestoreKind, RestoreResult, RestoreState, type Restore } from '../../shared/restore-model.ts'
import type { Catalogue } from './catalogue.ts'
import { instant, Json, Time } from './column.ts'

/** What must be known of a restore after a crash, and for its undo. */
export const RestoreRow = z.object({
  id: z.string(),
  kind: RestoreKind,
  state: RestoreState,
  /** Where it works; without a password. */
  server: Json.pipe(Server),
  /** The name under which the restored data is to answer. */
  database: z.string(),
  backup_id: z.string().nullable(),
  /** The restore that this one takes back. */
  undoes: z.string().nullable(),
  started_at: Time,
  /** The database that is swapped in, by the name that it had before. */
  beside: z.string().nullable(),
  beside_oid: z.int().nullable(),
  /** The name that the swapped-out database has, or is to get. */
  kept_as: z.string().nullable(),
  kept_until: Time.nullable(),
  /** When it was first said that its end is near. */
  warned_at: Time.nullable(),
  result: Json.pipe(RestoreResult).nullable(),
  /** Path of the report, also of a restore that failed. */
  report: z.string().nullable(),
})
export type RestoreRow = z.output<typeof RestoreRow>

const columns =
  'id, kind, state, server, database, backup_id, undoes, started_at, beside, beside_oid, kept_as, kept_until, warned_at, result, report'

type NewRestore = Pick<RestoreRow, 'id' | 'kind' | 'server' | 'database' | 'backup_id' | 'undoes'>

/** Says that a restore begins. Its id is that of its job. */
export function beginRestore(catalogue: Catalogue, restore: NewRestore, now: number): void {
  catalogue.run(
    `INSERT INTO restores (id, kind, state, server, database, backup_id, undoes, started_at)
     VALUES (@id, @kind, 'running', @server, @database, @backup_id, @undoes, @now)`,
    { ...restore, server: JSON.stringify(restore.server), now },
  )
}

/** Names what is about to be made, before it is made: after a crash it is found by these names and this oid. */
export function noteBeside(
  catalogue: Catalogue,
  id: string,
  names: Partial<Pick<RestoreRow, 'beside' | 'beside_oid' | 'kept_as'>>,
): void {
  const { beside = null, beside_oid = null, kept_as = null } = names
  catalogue.run(
    `UPDATE restores SET beside = coalesce(@beside, beside), beside_oid = coalesce(@beside_oid, beside_oid),
       kept_as = coalesce(@kept_as, kept_as)
     WHERE id = @id`,
    { id, beside, beside_oid, kept_as },
  )
}

/** Says that nothing of it is left on the server. */
export function forgetBeside(catalogue: Catalogue, id: string): void {
  catalogue.run('UPDATE restores SET beside = NULL, beside_oid = NULL WHERE id = @id', { id })
}

/** Ends a restore with what came of it. With `keptUntil` (ms) it can be undone until then. */
export function endRestore(
  catalogue: Catalogue,
  id: string,
  end: {
    readonly state: RestoreState
    readonly result?: RestoreResult | undefined
    readonly keptUntil?: number
    readonly report?: string | null
  },
): void {
  const { state, result, keptUntil = null, report = null } = end
  catalogue.run(
    `UPDATE restores SET state = @state, result = coalesce(@result, result),
       kept_until = coalesce(@keptUntil, kept_until), report = coalesce(@report, report)
     WHERE id = @id`,
    { id, state, result: result === undefined ? null : JSON.stringify(result), keptUntil, report },
  )
}

/** Only the first time counts. */
export const markWarned = (catalogue: Catalogue, id: string, now: number): void =>
  void catalogue.run('UPDATE restores SET warned_at = @now WHERE id = @id AND warned_at IS NULL', { id, now })

/** By the id, or by its first eight characters or more, which are the ones that names carry. Throws RESTORE_UNKNOWN. */
export function restoreRow(catalogue: Catalogue, id: string): RestoreRow {
  const [row, another] = catalogue.all(
    RestoreRow,
    `SELECT ${columns} FROM restores WHERE id = @id OR (length(@id) >= 8 AND substr(id, 1, length(@id)) = @id)`,
    { id },
  )
  if (row === undefined || another !== undefined) throw new FaultError('RESTORE_UNKNOWN', { values: { id } })
  return row
}

/** Newest first. */
export const listRestores = (catalogue: Catalogue, limit: number): Restore[] =>
  catalogue
    .all(RestoreRow, `SELECT ${columns} FROM restores ORDER BY seq DESC LIMIT @limit`, { limit })
    .map(toRestore)

/** Restores whose swapped-out database is still there, newest first. */
export const keptRestores = (catalogue: Catalogue): RestoreRow[] =>
  catalogue.all(RestoreRow, `SELECT ${columns} FROM restores WHERE state = 'kept' ORDER BY seq DESC`)

/**
 * Restores that were at work when their process died, or that could not be tidied up after they failed, oldest first.
 * Reconcile the jobs before asking.
 */
export const unfinishedRestores = (catalogue: Catalogue): RestoreRow[] =>
  catalogue.all(
    RestoreRow,
    `SELECT ${columns} FROM restores WHERE (state = 'running' OR state = 'failed' AND beside IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = restores.id AND jobs.state = 'running')
     ORDER BY seq`,
  )

export const toRestore = (row: RestoreRow): Restore => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  database: row.database,
  backupId: row.backup_id,
  startedAt: instant(row.started_at),
  result: row.result,
  report: row.report,
})
