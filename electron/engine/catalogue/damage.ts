import { existsSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { FaultError } from '../../shared/fault.ts'
import { connect, type OpenOptions } from './connection.ts'
import { applicationId, newestVersion } from './migrations.ts'

/** Reading every page of a larger file would keep the tray waiting; such a catalogue is centuries away. */
const fullCheckBytes = 50 * 1024 * 1024
const tables = ['backups', 'manifests', 'copies', 'checks', 'jobs', 'totals']

/**
 * Says what is wrong with a catalogue file, or undefined. Throws CATALOGUE_NEWER for one of a newer Larder. The
 * file is not changed. Opening proves nothing in SQLite: a file cut to nothing opens well and passes every check,
 * so the marks and the tables are looked at first.
 */
export function findDamage(file: string, { sqliteBinding }: OpenOptions = {}): string | undefined {
  // Closing the last writable connection would move a left-over -wal into the file; closing a read-only one does
  // not. Where there is no -wal, a writable probe leaves nothing behind and a read-only one does.
  const probe = connect(file, { sqliteBinding }, { readonly: existsSync(`${file}-wal`) })
  try {
    return damageOf(probe, statSync(file).size)
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code))
      return error.message
    throw error
  } finally {
    probe.close()
  }
}

function damageOf(probe: Sqlite.Database, bytes: number): string | undefined {
  const number = (pragma: string): number => Number(probe.pragma(pragma, { simple: true }))
  if (number('application_id') !== applicationId) return 'it does not carry the mark of a Larder catalogue'
  const version = number('user_version')
  if (version > newestVersion()) throw new FaultError('CATALOGUE_NEWER', { detail: `schema ${version}` })

  const present = new Set(probe.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all())
  const lost = tables.filter((name) => !present.has(name))
  if (lost.length > 0) return `tables are missing: ${lost.join(', ')}`
  if (bytes > fullCheckBytes) return undefined
  const found = String(probe.pragma('integrity_check(1)', { simple: true }))
  return found === 'ok' ? undefined : found
}
