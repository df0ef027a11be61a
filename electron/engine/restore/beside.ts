import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import type { Manifest } from '../../shared/model.ts'
import { majorOf } from '../postgres/tool-rules.ts'
import type { Session } from '../postgres/session.ts'
import { literal, quotedName } from '../verify/roles-rules.ts'
import type { Shape } from './properties.ts'
import { createStatement } from './properties-rules.ts'

const Version = z.object({ num: z.number() })
const Oid = z.object({ oid: z.number() })

const majorVersion = async (session: Session): Promise<number> =>
  majorOf((await session.one(Version, "SELECT current_setting('server_version_num')::integer AS num")).num)

/**
 * Makes an empty database and returns its oid, which tells it from every other whatever its name will be. Throws
 * RESTORE_NAME_TAKEN, RESTORE_BLOCKED where the server does not know the locale, or the DB_* fault that fits.
 */
export async function makeBeside(
  session: Session,
  { name, shape }: { readonly name: string; readonly shape: Shape },
): Promise<number> {
  if (await oidOf(session, name)) throw new FaultError('RESTORE_NAME_TAKEN', { values: { database: name } })
  try {
    await session.run(createStatement(name, shape, await majorVersion(session)))
  } catch (error) {
    if (!(error instanceof FaultError) || !/locale|collation|encoding/i.test(error.fault.detail ?? ''))
      throw error
    const problem = `the server does not know the locale “${shape.locale ?? shape.collate}” of the backup.`
    const next = 'Install that locale on the server’s computer, and restart PostgreSQL.'
    throw new FaultError('RESTORE_BLOCKED', {
      values: { problem, next },
      detail: error.fault.detail ?? '',
      cause: error,
    })
  }
  const oid = await oidOf(session, name)
  if (oid === undefined) throw new FaultError('DB_NOT_FOUND', { values: { database: name } })
  return oid
}

/** Undefined when there is no database of that name. */
export async function oidOf(session: Session, name: string): Promise<number | undefined> {
  const [row] = await session.query(
    Oid,
    `SELECT oid::integer AS oid FROM pg_database WHERE datname = ${literal(name)}`,
  )
  return row?.oid
}

/** Drops a database of our own making, whoever is in it; nothing happens when it is gone already. */
export async function dropBeside(session: Session, name: string): Promise<void> {
  // FORCE came with PostgreSQL 13.
  const isOld = (await majorVersion(session)) < 13
  if (isOld) await session.run(endSessionsIn(name))
  await session.run(`DROP DATABASE IF EXISTS ${quotedName(name)}${isOld ? '' : ' WITH (FORCE)'}`)
}

/**
 * Ends everybody in a database but the session that asks. The server ends its own cleaners itself where they are in the
 * way, and only lets an administrator end them (CountOtherDBBackends in procarray.c).
 */
export const endSessionsIn = (name: string): string =>
  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
   WHERE datname = ${literal(name)} AND pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker'`

/** The shape that the manifest tells; it knows the locale of the C library only. */
export const shapeOf = ({ database: { encoding, collate, ctype } }: Manifest): Shape => ({
  encoding,
  collate,
  ctype,
  provider: 'libc',
  locale: null,
  icuRules: null,
  tablespace: null,
})
