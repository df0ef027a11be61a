import type { Fingerprint, Manifest } from '../../shared/model.ts'
import { localDestination } from './backup-row.ts'
import type { Catalogue } from './catalogue.ts'
import { setPinned } from './pins.ts'

/** Where a backup lies on this PC. */
export interface Place {
  /** The site's backup folder, absolute. */
  readonly folder: string
  /** The folder of its files below that, with forward slashes. */
  readonly path: string
}

interface Listing extends Place {
  readonly state: 'taken' | 'intact' | 'corrupt' | 'missing'
  /** There is a pin beside it. One that is listed as pinned stays so without. */
  readonly isPinned?: boolean
}

/**
 * Lists a backup, or lists it anew. Everything comes from the manifest, so that a rebuilt catalogue says the same
 * (INV-16). *Intact* means that its bytes were read back in full before the manifest was written. When
 * a listed backup is recorded again, finding its file does not undo what checks found out about it since.
 */
export function recordBackup(
  catalogue: Catalogue,
  manifest: Manifest,
  { folder, path, state, isPinned = false }: Listing,
): void {
  const { id, archive } = manifest
  catalogue.write(() => {
    catalogue.run(insertBackup, {
      ...describe(manifest),
      folder,
      file: `${path}/${archive.name}`,
      state,
      checkedAt: state === 'taken' ? null : Date.parse(manifest.finishedAt),
    })
    catalogue.run(
      `INSERT INTO manifests (backup_id, json) VALUES (@id, @json)
       ON CONFLICT (backup_id) DO UPDATE SET json = excluded.json`,
      { id, json: JSON.stringify(manifest) },
    )
    if (isPinned) setPinned(catalogue, id, Date.parse(manifest.finishedAt))
    recordLocalCopy(catalogue, id)
  })
}

const lastLook = `(SELECT verdict FROM checks
    WHERE backup_id = backups.id AND verdict <> 'missing' ORDER BY seq DESC LIMIT 1)`

// A file that is found again is worth what the last look into it said, and no more.
const insertBackup = `
  INSERT INTO backups (id, database, state, taken_at, duration_ms, folder, file, bytes, sha256, plain_bytes,
    plain_sha256, encrypted, table_count, row_count, server_version, tool_version, checked_at)
  VALUES (@id, @database, @state, @takenAt, @durationMs, @folder, @file, @bytes, @sha256, @plainBytes,
    @plainSha256, @encrypted, @tables, @rows, @serverVersion, @toolVersion, @checkedAt)
  ON CONFLICT (id) DO UPDATE SET folder = excluded.folder, file = excluded.file, state = CASE
    WHEN excluded.state <> 'intact' THEN excluded.state
    WHEN state <> 'missing' THEN state
    WHEN checked_at IS NULL THEN 'taken'
    ELSE CASE ${lastLook}
      WHEN 'corrupt' THEN 'corrupt'
      WHEN 'different' THEN 'taken'
      ELSE iif(proven_at IS NULL, 'intact', 'proven') END
    END`

const describe = (manifest: Manifest) => ({
  id: manifest.id,
  database: manifest.database.name,
  takenAt: Date.parse(manifest.takenAt),
  durationMs: Math.max(0, Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt)),
  bytes: manifest.archive.bytes,
  sha256: manifest.archive.sha256,
  plainBytes: manifest.archive.plainBytes,
  plainSha256: manifest.archive.plainSha256,
  encrypted: manifest.encryption === 'none' ? 0 : 1,
  ...count(manifest.fingerprint),
  serverVersion: manifest.server.version,
  toolVersion: manifest.tool.version,
})

/** Rows of a partitioned table are those of its partitions, and a materialized view only repeats rows. */
function count({ tables }: Fingerprint): { tables: number; rows: number } {
  const stored = tables.filter((table) => table.kind === 'table')
  return {
    tables: tables.filter((table) => table.kind !== 'matview').length,
    rows: stored.reduce((sum, table) => sum + table.rows, 0),
  }
}

/** The copy on this PC falls and rises with the state of the backup. */
export function recordLocalCopy(catalogue: Catalogue, id: string): void {
  catalogue.run(
    `INSERT INTO copies (backup_id, destination, state)
     SELECT id, @destination, iif(state IN ('corrupt', 'missing'), state, 'present') FROM backups WHERE id = @id
     ON CONFLICT (backup_id, destination) DO UPDATE SET state = excluded.state`,
    { id, destination: localDestination },
  )
}
