import { FaultError } from '../../shared/fault.ts'
import { tellFor } from '../../shared/fault-for-work.ts'
import type { Job } from '../../shared/model.ts'
import type { Catalogue } from './catalogue.ts'
import { instant } from './column.ts'
import { JobRow, toJob } from './job-row.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

/** A job whose owner died, and what that owner left behind. */
export interface Interrupted {
  readonly job: Job
  /** Unfinished files to remove. */
  readonly partialPaths: readonly string[]
  /** A process that may have outlived the owner. End it only if `isCertainlyAlive` (INV-7). */
  readonly child: ProcessIdentity | null
}

/**
 * Ends every job whose owner is dead as *interrupted* (INV-5), and returns all interrupted jobs whose leftovers
 * were not yet cleared. The same ones come again until `markCleared`, so that a crash while tidying up loses
 * nothing; two processes may get the same ones.
 */
export function reconcile(catalogue: Catalogue, now: number, alive = isAlive): readonly Interrupted[] {
  const dead = catalogue
    .all(JobRow, "SELECT * FROM jobs WHERE state = 'running' ORDER BY seq")
    .filter((row) => !alive(row.owner, now, row.heartbeat_at))
  for (const row of dead) interrupt(catalogue, row, now)

  return catalogue
    .all(JobRow, "SELECT * FROM jobs WHERE state = 'interrupted' AND cleared_at IS NULL ORDER BY seq")
    .map((row) => ({ job: toJob(row), partialPaths: row.partial_paths, child: row.child }))
}

/** Ends one job for its dead owner, unless somebody else already did. */
export function interrupt(catalogue: Catalogue, row: JobRow, now: number): void {
  const detail = `process ${row.owner.pid} on ${row.owner.host}, last heard of at ${instant(row.heartbeat_at)}`
  const fault = JSON.stringify(tellFor(row.kind, new FaultError('INTERRUPTED', { detail }).fault, row.phase))
  catalogue.run(
    `UPDATE jobs SET state = 'interrupted', ended_at = @now, fault = @fault
     WHERE id = @id AND state = 'running'`,
    { id: row.id, fault, now },
  )
}

/** Says that an interrupted job's files are gone and its child has ended. */
export function markCleared(catalogue: Catalogue, jobId: string, now: number): void {
  catalogue.run("UPDATE jobs SET cleared_at = @now WHERE id = @jobId AND state = 'interrupted'", {
    jobId,
    now,
  })
}
