import * as z from 'zod'
import { CheckResult, FaultRecord } from './model.ts'

const Count = z.int().nonnegative()
const Name = z.string().min(1).max(4096)
/** ISO 8601, UTC, milliseconds. */
const Instant = z.iso.datetime()

/**
 * How a restore ended. `restored`: equal to the backup in everything that was compared. `restored-with-differences`:
 * each of them is named, and none is a row. `not-restored`: the till is exactly as it was.
 */
export const RestoreVerdict = z.enum(['restored', 'restored-with-differences', 'not-restored'])
export type RestoreVerdict = z.output<typeof RestoreVerdict>

/** What one table of the till holds that the backup does not. */
export const TableLoss = z.strictObject({
  schema: z.string(),
  name: z.string(),
  /** Null: the table is not in the backup at all. */
  backupRows: Count.nullable(),
  /** Null: the table is in the backup only, and comes back. */
  liveRows: Count.nullable(),
  /** Rows of the till that say they are newer than the backup; null where no column tells. */
  newerRows: Count.nullable(),
  newestAt: Instant.nullable(),
  /** Totals of the columns that look like money, over those newer rows. Decimal text. */
  sums: z.array(z.strictObject({ column: z.string(), total: z.string() })),
})
export type TableLoss = z.output<typeof TableLoss>

/** What putting the backup in the place of the till would take away; tables without any difference are left out. */
export const Losses = z.strictObject({ takenAt: Instant, tables: z.array(TableLoss) })
export type Losses = z.output<typeof Losses>

/** Somebody who works in the database now and would be disconnected for a moment. */
export const Connected = z.strictObject({
  user: z.string(),
  application: z.string(),
  /** Address of the computer; null: this one, through a socket. */
  from: z.string().nullable(),
  sessions: Count,
})
export type Connected = z.output<typeof Connected>

export const Problem = FaultRecord.pick({ code: true, text: true, next: true })
export type Problem = z.output<typeof Problem>

/** What is to be known before anything is restored: what stands in the way, and what it would cost. */
export const RestoreLook = z.strictObject({
  backupId: z.string(),
  database: z.string(),
  takenAt: Instant,
  /** False: the till's database is gone, so that nothing can be lost and there is nothing to keep. */
  liveExists: z.boolean(),
  /** Sentences that stop the restore; empty when it may begin. */
  problems: z.array(Problem),
  warnings: z.array(z.string()),
  missingRoles: z.array(z.string()),
  /** Roles that missing ones can be mapped to. */
  presentRoles: z.array(z.string()),
  sessions: z.array(Connected),
  /** Null: there is no live database. */
  losses: Losses.nullable(),
  /** How long the last proof of this database took; null when there was none. */
  measuredMs: Count.nullable(),
})
export type RestoreLook = z.output<typeof RestoreLook>

/** What happens to roles that the backup names and the server does not have. */
export const RoleChoice = z.discriminatedUnion('kind', [
  /** They are made from the roles file of the backup. */
  z.strictObject({ kind: z.literal('create') }),
  /** What was theirs becomes somebody else's: missing role → present role. */
  z.strictObject({ kind: z.literal('map'), to: z.record(Name, Name) }),
  /** Everything belongs to whoever restores, and nobody else has rights. */
  z.strictObject({ kind: z.literal('no-owner') }),
])
export type RoleChoice = z.output<typeof RoleChoice>

/** A program that runs last, such as the till's own migration. */
export const AfterCommand = z.strictObject({
  /** Program and arguments; no shell reads them. */
  argv: z.array(z.string()).min(1),
  /** Absolute; the folder it runs in. */
  folder: Name.optional(),
})
export type AfterCommand = z.output<typeof AfterCommand>

export const AfterResult = z.strictObject({
  command: z.string(),
  /** Null: it did not start, or was ended. */
  code: z.int().nullable(),
  /** The end of what it printed, both streams. */
  output: z.string(),
})
export type AfterResult = z.output<typeof AfterResult>

export const RestoreKind = z.enum(['replace', 'into', 'undo'])
export type RestoreKind = z.output<typeof RestoreKind>

/** What came of a restore or of an undo. Times in ms, instants ISO 8601 UTC. */
export const RestoreResult = z.strictObject({
  id: z.string(),
  kind: RestoreKind,
  verdict: RestoreVerdict,
  /** The name under which the restored data answers. */
  database: z.string(),
  /** Null: the archive was not one of Larder's. */
  backupId: z.string().nullable(),
  takenAt: Instant.nullable(),
  /** The backup of the till that was taken first. */
  safetyBackupId: z.string().nullable(),
  /** Name of the database that was swapped out and is kept; null when there is none. */
  keptAs: z.string().nullable(),
  keptUntil: Instant.nullable(),
  differences: CheckResult.shape.differences,
  notes: z.array(z.string()),
  /** How long the till could not be reached; null when it never was cut off. */
  downtimeMs: Count.nullable(),
  durationMs: Count,
  after: AfterResult.nullable(),
  /** Path of the report; null when it could not be written. */
  report: z.string().nullable(),
})
export type RestoreResult = z.output<typeof RestoreResult>

/** `kept`: the database that it swapped out is still there, so that it can be undone. */
export const RestoreState = z.enum(['running', 'kept', 'done', 'failed', 'undone', 'released'])
export type RestoreState = z.output<typeof RestoreState>

/** One restore as lists show it, newest first. */
export const Restore = z.strictObject({
  id: z.string(),
  kind: RestoreKind,
  state: RestoreState,
  database: z.string(),
  backupId: z.string().nullable(),
  startedAt: Instant,
  /** Null while it runs, and when it failed before anything came of it. */
  result: RestoreResult.nullable(),
  /** Path of its report; null while there is none. */
  report: z.string().nullable(),
})
export type Restore = z.output<typeof Restore>
