import { createHash } from 'node:crypto'
import type { Manifest } from '../../electron/shared/model.ts'

export interface SampleManifest {
  readonly id: string
  readonly database?: string
  /** Epoch milliseconds. */
  readonly takenAt: number
  readonly bytes?: number
  readonly durationMs?: number
}

/** The manifest of a small backup that was never made: right in form, invented in content. */
export function sampleManifest({
  id,
  database = 'pos',
  takenAt,
  bytes = 10,
  durationMs = 8000,
}: SampleManifest): Manifest {
  const sha256 = createHash('sha256').update(id).digest('hex')
  const file = { bytes, sha256, plainBytes: bytes * 5, plainSha256: sha256 }
  const count = { schema: 'public', rows: 1000 }
  return {
    format: 'larder-manifest',
    version: 1,
    id,
    site: { id: '6d1f1b2c-52a0-4a3e-9a3f-0d7f6f0c1e11', name: 'Trattoria' },
    database: { name: database, owner: 'pos', encoding: 'UTF8', collate: 'C', ctype: 'C', bytes: bytes * 8 },
    server: { systemIdentifier: '7300000000000000001', version: '15.18' },
    tool: { name: 'pg_dump', version: '15.18' },
    takenAt: iso(takenAt),
    startedAt: iso(takenAt - 1000),
    finishedAt: iso(takenAt - 1000 + durationMs),
    timeZone: 'Europe/Rome',
    encryption: 'age',
    recipients: [],
    archive: { name: `${database}-${id}.dump.zst.age`, ...file },
    globals: { name: `${database}-${id}.globals.sql.age`, ...file, rolePasswords: true },
    extensions: [],
    roles: ['pos'],
    fingerprint: {
      tables: [
        { ...count, name: 'orders', kind: 'partitioned' },
        { ...count, name: 'orders_2026', kind: 'table' },
        { ...count, name: 'staff', kind: 'table', rows: 12 },
        { ...count, name: 'takings', kind: 'matview' },
      ],
      sequences: [{ schema: 'public', name: 'orders_id_seq', value: '1000', isCalled: true }],
      largeObjects: 0,
      objects: ['table public.orders'],
    },
  }
}

const iso = (at: number): string => new Date(at).toISOString()
