import * as z from 'zod'
import type { Session } from './session.ts'
import { steadySettings } from './steady-settings.ts'

/** One moment of a database, held still for other sessions and for pg_dump until it is released. */
export interface Snapshot {
  /** For `pg_dump --snapshot`. */
  readonly snapshot: string
  /** Epoch ms by this computer's clock, read just before: whatever was committed by then is in the snapshot. */
  readonly takenAt: number
  /** Lets go of it. Never throws: pg_dump has long been holding its own view of the same moment. */
  readonly release: () => Promise<void>
}

/**
 * Begins a transaction that sees one moment, and lends that moment to others (PostgreSQL manual, "Snapshot
 * Synchronization Functions"). Until `release`, everything this session reads is of that moment too. With
 * row_security off, a policy that would hide rows is an error instead of a smaller answer. No statement waits longer
 * than `lockWaitMs` for a lock (INV-8); it throws DB_LOCKED then.
 */
export async function exportSnapshot(
  session: Session,
  now: () => number,
  lockWaitMs = 30_000,
): Promise<Snapshot> {
  const takenAt = now()
  await session.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL row_security = off')
  await session.run(steadySettings('transaction'))
  await session.run(`SET LOCAL lock_timeout = ${lockWaitMs}`)
  const { snapshot } = await session.one(Exported, 'SELECT pg_export_snapshot() AS snapshot')
  return { snapshot, takenAt, release: () => session.run('ROLLBACK').catch(() => undefined) }
}

const Exported = z.object({ snapshot: z.string() })
