import type { Fingerprint, Manifest, StoredFile } from '../../shared/model.ts'
import { recipientsOf } from '../keys.ts'
import type { Site } from '../site.ts'
import type { BackupNames } from './backup-rules.ts'
import type { Facts } from './look-first.ts'
import type { Measured } from './pipeline.ts'

/** Everything that one backup found out about itself. Times in milliseconds since 1970. */
export interface Findings {
  readonly id: string
  readonly names: BackupNames
  readonly facts: Facts
  readonly takenAt: number
  readonly startedAt: number
  readonly finishedAt: number
  readonly archive: Measured
  readonly globals: Measured
  readonly fingerprint: Fingerprint
}

/** The manifest of a backup: enough for a stranger to know what it is, and for the catalogue to be rebuilt. */
export function describe({ settings }: Site, found: Findings): Manifest {
  const { server, database, tools } = found.facts
  return {
    format: 'larder-manifest',
    version: 1,
    id: found.id,
    site: { id: settings.site.id, name: settings.site.name },
    database: {
      name: database.name,
      owner: database.owner,
      encoding: database.encoding,
      collate: database.collate,
      ctype: database.ctype,
      bytes: database.bytes,
    },
    server: { systemIdentifier: server.systemIdentifier, version: server.version },
    tool: { name: 'pg_dump', version: tools.version },
    takenAt: iso(found.takenAt),
    startedAt: iso(found.startedAt),
    finishedAt: iso(found.finishedAt),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    encryption: settings.keys.recoveryRecipient === null ? 'none' : 'age',
    recipients: recipientsOf(settings.keys),
    archive: stored(found.names.archive, found.archive),
    globals: { ...stored(found.names.globals, found.globals), rolePasswords: server.rolePasswords },
    extensions: [...database.extensions],
    roles: [...database.roles],
    fingerprint: found.fingerprint,
  }
}

const stored = (name: string, measured: Measured): StoredFile => ({ name, ...measured })

const iso = (ms: number): string => new Date(ms).toISOString()
