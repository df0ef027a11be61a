import { join } from 'node:path'
import * as z from 'zod'
import { Backup, BackupState } from '../../shared/model.ts'
import { instant, Json, Time } from './column.ts'

/** The site's own folder, as a destination. Later ones have the names that people give them. */
export const localDestination = 'local'

/** What a list shows of a backup, in one row: its copies come along as JSON, so a page is one statement. */
export const backupColumns = `id, database, state, taken_at, duration_ms, folder, file, bytes, sha256, plain_bytes,
  encrypted, table_count, row_count, server_version, checked_at, pinned_at,
  (SELECT json_group_array(json_object('destination', destination, 'state', state))
   FROM copies WHERE backup_id = backups.id) AS copies`

export const BackupRow = z.object({
  id: z.string(),
  database: z.string(),
  state: BackupState,
  taken_at: Time,
  duration_ms: z.int(),
  folder: z.string(),
  file: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  plain_bytes: z.int(),
  encrypted: z.int(),
  table_count: z.int(),
  row_count: z.int(),
  server_version: z.string(),
  checked_at: Time.nullable(),
  pinned_at: Time.nullable(),
  copies: Json.pipe(Backup.shape.copies),
})
export type BackupRow = z.output<typeof BackupRow>

/** The file is kept with forward slashes and becomes a path of this computer here. */
export const toBackup = (row: BackupRow): Backup => ({
  id: row.id,
  database: row.database,
  state: row.state,
  takenAt: instant(row.taken_at),
  file: join(row.folder, row.file),
  bytes: row.bytes,
  sha256: row.sha256,
  plainBytes: row.plain_bytes,
  tables: row.table_count,
  rows: row.row_count,
  durationMs: row.duration_ms,
  encrypted: row.encrypted === 1,
  serverVersion: row.server_version,
  checkedAt: row.checked_at === null ? null : instant(row.checked_at),
  pinned: row.pinned_at !== null,
  copies: row.copies,
})
