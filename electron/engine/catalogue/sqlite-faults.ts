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
 * Runs one piece of work on the catalogue's file and speaks its failures as faults: CATALOGUE_BUSY,
 * CATALOGUE_BROKEN (also for a row that does not parse) or CATALOGUE_UNWRITABLE. Other errors pass unchanged.
 */
export function speakingFaults<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = meaning(error)
    if (code === undefined) throw error
    throw new FaultError(code, { values: { file }, detail: describe(error), cause: error })
  }
}

function meaning(error: unknown): FaultCode | undefined {
  // A row that does not fit its schema was not written by Larder, or not read back as written.
  if (error instanceof z.ZodError || error instanceof SyntaxError) return 'CATALOGUE_BROKEN'
  if (!(error instanceof Sqlite.SqliteError)) return undefined
  return meanings.find(([prefix]) => error.code.startsWith(prefix))?.[1]
}

function describe(error: unknown): string {
  if (error instanceof Sqlite.SqliteError) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
