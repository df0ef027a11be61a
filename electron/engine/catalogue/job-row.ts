import * as z from 'zod'
import { FaultRecord, JobKind, JobPhase, JobState, type Job } from '../../shared/model.ts'
import { instant, Json, Time } from './column.ts'

export const ProcessIdentity = z.object({ pid: z.int(), startedAt: z.string().nullable(), host: z.string() })

/** A job's row as the file holds it. */
export const JobRow = z.object({
  seq: z.int(),
  id: z.string(),
  kind: JobKind,
  database: z.string(),
  state: JobState,
  owner: Json.pipe(ProcessIdentity),
  started_at: Time,
  heartbeat_at: Time,
  ended_at: Time.nullable(),
  phase: JobPhase.nullable(),
  bytes: z.int(),
  stored_bytes: z.int(),
  backup_id: z.string().nullable(),
  partial_paths: Json.pipe(z.array(z.string())),
  child: Json.pipe(ProcessIdentity).nullable(),
  fault: Json.pipe(FaultRecord).nullable(),
})
export type JobRow = z.output<typeof JobRow>

export const toJob = (row: JobRow): Job => ({
  id: row.id,
  kind: row.kind,
  database: row.database,
  state: row.state,
  startedAt: instant(row.started_at),
  endedAt: row.ended_at === null ? null : instant(row.ended_at),
  backupId: row.backup_id,
  fault: row.fault,
})
