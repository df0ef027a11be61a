import { randomUUID } from 'node:crypto'
import type * as z from 'zod'
import { FaultError, type Fault } from '../../shared/fault.ts'
import type { JobKind, JobPhase } from '../../shared/model.ts'
import type { Catalogue } from './catalogue.ts'
import { interrupt } from './interrupted-jobs.ts'
import { JobRow } from './job-row.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

export interface JobRequest {
  readonly kind: z.output<typeof JobKind>
  readonly database: string
  readonly owner: ProcessIdentity
  readonly now: number
}

/** What changed since the last heartbeat; what is left out stays as it was. */
export interface Beat {
  readonly phase?: JobPhase
  readonly bytes?: number
  readonly storedBytes?: number
  /** Files to remove if the owner dies. Record a path before the file is made. */
  readonly partialPaths?: readonly string[]
  /** A process to end if the owner dies. */
  readonly child?: ProcessIdentity
}

export interface JobEnd {
  readonly state: 'done' | 'failed' | 'cancelled'
  readonly fault?: Fault
  readonly backupId?: string
}

/**
 * Starts a job and returns its id. A backup and a restore also take the lease of their database: throws
 * ALREADY_RUNNING while a live owner, in any process, holds it (INV-6). A dead owner's job becomes *interrupted* here; `reconcile` hands
 * out what it left behind.
 */
export function beginJob(catalogue: Catalogue, request: JobRequest, alive = isAlive): string {
  const { kind, database, owner, now } = request
  return catalogue.write(() => {
    if (needsLease(kind)) takeLease(catalogue, database, now, alive)
    const id = randomUUID()
    catalogue.run(
      `INSERT INTO jobs (id, kind, database, state, owner, started_at, heartbeat_at)
       VALUES (@id, @kind, @database, 'running', @owner, @now, @now)`,
      { id, kind, database, owner: JSON.stringify(owner), now },
    )
    return id
  })
}

/** Whatever reads all of a database, or swaps it, is alone with it. As the index `jobs_lease` says. */
const needsLease = (kind: JobRequest['kind']): boolean =>
  kind === 'backup' || kind === 'restore' || kind === 'undo' || kind === 'release'

function takeLease(catalogue: Catalogue, database: string, now: number, alive: typeof isAlive): void {
  const holder = catalogue.get(
    JobRow,
    `SELECT * FROM jobs WHERE kind IN ('backup', 'restore', 'undo', 'release') AND state = 'running'
     AND database = @database`,
    { database },
  )
  if (!holder) return
  if (alive(holder.owner, now, holder.heartbeat_at)) {
    throw new FaultError('ALREADY_RUNNING', { values: { database, pid: holder.owner.pid } })
  }
  interrupt(catalogue, holder, now)
}

/**
 * Says that the owner lives, how far it is, and what to tidy up if it dies. False: the job was ended by somebody
 * who took its owner for dead, and the owner must stop.
 */
export function heartbeat(catalogue: Catalogue, jobId: string, beat: Beat, now: number): boolean {
  const changed = catalogue.run(
    `UPDATE jobs SET heartbeat_at = @now, phase = coalesce(@phase, phase), bytes = coalesce(@bytes, bytes),
       stored_bytes = coalesce(@storedBytes, stored_bytes),
       partial_paths = coalesce(@partialPaths, partial_paths), child = coalesce(@child, child)
     WHERE id = @jobId AND state = 'running'`,
    {
      phase: beat.phase ?? null,
      bytes: beat.bytes ?? null,
      storedBytes: beat.storedBytes ?? null,
      partialPaths: jsonOrNull(beat.partialPaths),
      child: jsonOrNull(beat.child),
      jobId,
      now,
    },
  )
  return changed > 0
}

/**
 * Ends a job, once (INV-5). False: it had ended before, and that end stands. An end as *failed* stays untold until
 * `markTold`.
 */
export function endJob(catalogue: Catalogue, jobId: string, end: JobEnd, now: number): boolean {
  const { state, fault, backupId = null } = end
  const changed = catalogue.run(
    `UPDATE jobs SET state = @state, ended_at = @now, fault = @fault, backup_id = coalesce(@backupId, backup_id)
     WHERE id = @jobId AND state = 'running'`,
    { state, fault: jsonOrNull(fault), backupId, jobId, now },
  )
  return changed > 0
}

const jsonOrNull = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))
