import type { Job, JobPhase } from '../../shared/model.ts'
import type { Catalogue } from './catalogue.ts'
import { JobRow, toJob } from './job-row.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** A job under way, in this process or another, with its last word on how far it is. */
export interface RunningJob {
  readonly job: Job
  readonly owner: ProcessIdentity
  readonly startedAtMs: number
  readonly heartbeatAtMs: number
  readonly phase: JobPhase | null
  readonly bytes: number
  readonly storedBytes: number
}

/** Oldest first. A dead owner's job is among them until `reconcile`. */
export function runningJobs(catalogue: Catalogue): readonly RunningJob[] {
  return catalogue.all(JobRow, "SELECT * FROM jobs WHERE state = 'running' ORDER BY seq").map((row) => ({
    job: toJob(row),
    owner: row.owner,
    startedAtMs: row.started_at,
    heartbeatAtMs: row.heartbeat_at,
    phase: row.phase,
    bytes: row.bytes,
    storedBytes: row.stored_bytes,
  }))
}

export function job(catalogue: Catalogue, jobId: string): Job | undefined {
  const row = catalogue.get(JobRow, 'SELECT * FROM jobs WHERE id = @jobId', { jobId })
  return row && toJob(row)
}

/** Newest first; with `backupId` only the jobs about that backup. */
export function recentJobs(catalogue: Catalogue, ask: { limit: number; backupId?: string }): readonly Job[] {
  const { limit, backupId } = ask
  const rows =
    backupId === undefined
      ? catalogue.all(JobRow, 'SELECT * FROM jobs ORDER BY seq DESC LIMIT +@limit', { limit })
      : catalogue.all(
          JobRow,
          'SELECT * FROM jobs WHERE backup_id = @backupId ORDER BY seq DESC LIMIT +@limit',
          { backupId, limit },
        )
  return rows.map(toJob)
}

/** Ends that somebody must hear of and nobody has told yet, oldest first. */
export function untoldJobs(catalogue: Catalogue): readonly Job[] {
  return catalogue
    .all(
      JobRow,
      "SELECT * FROM jobs WHERE state IN ('failed', 'interrupted') AND told_at IS NULL ORDER BY seq",
    )
    .map(toJob)
}

/** True for the one caller that marks it: with two processes at work, only that one tells. */
export function markTold(catalogue: Catalogue, jobId: string, now: number): boolean {
  return (
    catalogue.run('UPDATE jobs SET told_at = @now WHERE id = @jobId AND told_at IS NULL', { jobId, now }) > 0
  )
}

/**
 * The newest ended backup job of each database, where that one failed or was interrupted: a later good one makes
 * good what went wrong before it. A cancelled one says nothing either way. Ordered by database.
 */
export function unresolvedFailures(catalogue: Catalogue): readonly Job[] {
  const failures: Job[] = []
  let row = newestOutcomeAfter(catalogue, '')
  while (row) {
    if (row.state !== 'done') failures.push(toJob(row))
    row = newestOutcomeAfter(catalogue, row.database)
  }
  return failures
}

/** One seek to the next database by name: grouping would read every job ever run. */
const newestOutcomeAfter = (catalogue: Catalogue, database: string): JobRow | undefined =>
  catalogue.get(
    JobRow,
    `SELECT * FROM jobs WHERE kind = 'backup' AND state IN ('done', 'failed', 'interrupted') AND database > @database
     ORDER BY database, seq DESC LIMIT 1`,
    { database },
  )
