import * as z from 'zod'
import { localDestination } from './backup-row.ts'
import type { Catalogue } from './catalogue.ts'
import { Time } from './column.ts'

const Flag = z.int().transform((flag) => flag === 1)
const RetainedRow = z.object({
  id: z.string(),
  takenAt: Time,
  bytes: z.int(),
  sha256: z.string(),
  rows: z.int(),
  /** Below the backup folder, with forward slashes. */
  file: z.string(),
  isGood: Flag,
  isProven: Flag,
  isPinned: Flag,
  /** Taken before a restore that can still be undone. */
  isSafety: Flag,
  isHeldFarther: Flag,
})
/** A backup in the backup folder, with what retention asks of it. */
export type Retained = z.output<typeof RetainedRow>

const StoredRow = RetainedRow.pick({ id: true, bytes: true, sha256: true, file: true })
/** What must be found in the folder for a backup to be the one that is listed. */
export type Stored = z.output<typeof StoredRow>

export const storedBackup = (catalogue: Catalogue, id: string): Stored | undefined =>
  catalogue.get(StoredRow, 'SELECT id, bytes, sha256, file FROM backups WHERE id = @id', { id })

interface Asked {
  readonly database: string
  readonly folder: string
  /** What was taken before a restore, if no longer ago than this (ms), stays even when that cannot be undone any more. */
  readonly safeSince: number
}

/**
 * All backups of one database in one folder, newest first. A catalogue that was made anew has forgotten the restores,
 * so what it found from the days before may be a safety backup, and counts as one for as long.
 */
export const retainedBackups = (
  catalogue: Catalogue,
  { database, folder, safeSince }: Asked,
): readonly Retained[] =>
  catalogue.all(
    RetainedRow,
    `WITH safety AS (
       SELECT json_extract(result, '$.safetyBackupId') AS id, state FROM restores WHERE result IS NOT NULL)
     SELECT id, taken_at AS takenAt, bytes, sha256, row_count AS rows, file,
       state IN ('intact', 'proven', 'copied') AS isGood,
       state IN ('intact', 'proven', 'copied') AND proven_at IS NOT NULL AS isProven,
       pinned_at IS NOT NULL AS isPinned,
       id IN (SELECT id FROM safety WHERE id IS NOT NULL AND (state = 'kept' OR taken_at > @safeSince))
         OR taken_at > @safeSince AND taken_at < (SELECT rebuilt_at FROM totals) AS isSafety,
       EXISTS (SELECT 1 FROM copies
         WHERE backup_id = backups.id AND destination <> @here AND state = 'present') AS isHeldFarther
     FROM backups WHERE database = +@database AND folder = @folder
       AND EXISTS (SELECT 1 FROM copies WHERE backup_id = backups.id AND destination = @here)
     ORDER BY taken_at DESC, id DESC`,
    { database, folder, safeSince, here: localDestination },
  )

const Run = z.object({ state: z.enum(['done', 'failed']) })

/**
 * How the newest backup run of a database ended that came to an end; one that was cancelled says nothing. One whose
 * backup is not good any more has failed, as it turned out.
 */
export const lastRun = (catalogue: Catalogue, database: string): 'done' | 'failed' | null =>
  catalogue.get(
    Run,
    `SELECT iif(state = 'done' AND EXISTS (SELECT 1 FROM backups
         WHERE id = jobs.backup_id AND state IN ('intact', 'proven', 'copied')), 'done', 'failed') AS state
     FROM jobs
     WHERE kind = 'backup' AND state IN ('done', 'failed', 'interrupted') AND database = +@database
     ORDER BY seq DESC LIMIT 1`,
    { database },
  )?.state ?? null

const Moment = z.object({ at: Time })

/** What the clock showed when a job last wrote something down, in the order of their beginnings; null: never. */
export const lastWrittenAt = (catalogue: Catalogue): number | null =>
  catalogue.get(Moment, 'SELECT coalesce(ended_at, heartbeat_at) AS at FROM jobs ORDER BY seq DESC LIMIT 1')
    ?.at ?? null
