import Sqlite from 'better-sqlite3'
import * as z from 'zod'
import { FaultError, type FaultCode } from '../../shared/fault.ts'

/*
 * What SQLite's result codes mean for a person (sqlite.org/rescode.html). Extended codes begin with the primary
 * one: SQLITE_IOERR_WRITE is a SQLITE_IOERR.
 */
const meanings: readonly (readonly [prefix: string, code: FaultCode])[] = [
  ['SQLITE_BUSY', 'CATALOGUE_BUSY'],
  ['SQLITE_LOCKED', 'CATALOGUE_BUSY'],
  ['SQLITE_CORRUPT', 'CATALOGUE_BROKEN'],
  ['SQLITE_NOTADB', 'CATALOGUE_BROKEN'],
  ['SQLITE_FULL', 'CATALOGUE_UNWRITABLE'],
  ['SQLITE_IOERR', 'CATALOGUE_UNWRITABLE'],
  ['SQLITE_READONLY', 'CATALOGUE_UNWRITABLE'],
  ['SQLITE_CANTOPEN', 'CATALOGUE_UNWRITABLE'],
  ['SQLITE_PERM', 'CATALOGUE_UNWRITABLE'],
]

/**
 * Runs one piece of work on the catalogue's file and speaks SQLite's failures as faults: CATALOGUE_BUSY,
 * CATALOGUE_BROKEN or CATALOGUE_UNWRITABLE. Other errors pass unchanged.
 */
export function speakingFaults<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error
    const code = meanings.find(([prefix]) => error.code.startsWith(prefix))?.[1]
    if (code === undefined) throw error
    throw new FaultError(code, { values: { file }, detail: `${error.code}: ${error.message}`, cause: error })
  }
}

/**
 * Reads one row. Throws CATALOGUE_BROKEN for one that does not fit: Larder did not write it, or it was not read back
 * as written. SQLite itself does not notice a flipped bit in a value.
 */
export function readRow<Row>(file: string, row: z.ZodType<Row>, found: unknown): Row {
  try {
    return row.parse(found)
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw new FaultError('CATALOGUE_BROKEN', { values: { file }, detail, cause: error })
  }
}
