import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import type { Session } from '../postgres/session.ts'
import { literal, quotedName } from '../verify/roles-rules.ts'
import { endSessionsIn } from './beside.ts'

interface Names {
  /** The name that the till knows. */
  readonly live: string
  /** The database that gets that name. */
  readonly beside: string
  /** The name that the live database gets; null: there is no live database. */
  readonly keptAs: string | null
}

/**
 * Gives the live name to another database and returns how long the name could not be reached, in ms. Both renames
 * are one transaction: whatever happens to Larder, the network or the power, the name leads either to the one
 * database or to the other. The first rename locks the database, so that new sessions wait for its end, and then
 * PostgreSQL waits up to 5 s for the sessions in it, which we end meanwhile (CountOtherDBBackends in procarray.c).
 * What is kept lets nobody in, so that no till writes to it by mistake. Throws RESTORE_BUSY, and nothing has changed.
 */
export async function swap(
  renaming: Session,
  ending: Session,
  { live, beside, keptAs }: Names,
): Promise<number> {
  await renaming.run("SET synchronous_commit = on; SET lock_timeout = '10s'")
  await renaming.run(endSessionsIn(beside))
  const startedAt = performance.now()
  await renaming.run('BEGIN')
  try {
    if (keptAs !== null) {
      await whileEnding(ending, live, renaming.run(rename(live, keptAs)))
      await renaming.run(allowConnections(keptAs, false))
    }
    await renaming.run(`${rename(beside, live)}; ${allowConnections(live, true)}; COMMIT`)
  } catch (error) {
    await renaming.run('ROLLBACK').catch(() => undefined)
    throw await asBusy(ending, live, error)
  }
  return Math.ceil(performance.now() - startedAt)
}

const rename = (from: string, to: string): string =>
  `ALTER DATABASE ${quotedName(from)} RENAME TO ${quotedName(to)}`
const allowConnections = (name: string, allow: boolean): string =>
  `ALTER DATABASE ${quotedName(name)} ALLOW_CONNECTIONS ${allow}`

const endAgainMs = 20

/** Ends nobody before the rename has its lock: while it waits for somebody else's, the till may go on working. */
const endOnceLocked = (name: string): string =>
  `${endSessionsIn(name)} AND EXISTS (
     SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = objid
     WHERE d.datname = ${literal(name)} AND classid = 'pg_database'::regclass AND mode = 'AccessExclusiveLock' AND granted)`

/** Ends the sessions in a database again and again until the work is through; some take a while to go. */
async function whileEnding(ending: Session, database: string, work: Promise<void>): Promise<void> {
  // Its failure is thrown below, once.
  const through = work.then(
    () => true,
    () => true,
  )
  do await ending.run(endOnceLocked(database))
  while (!(await Promise.race([through, wait(endAgainMs, false)])))
  await work
}

const Somebody = z.object({ who: z.string() })

async function asBusy(session: Session, database: string, error: unknown): Promise<unknown> {
  // 55006: object_in_use. 55P03: lock_not_available.
  if (!(error instanceof FaultError) || !/SQLSTATE (?:55006|55P03)/.test(error.fault.detail ?? ''))
    return error
  const there = await session.query(
    Somebody,
    `SELECT format('%s, %s, %s', coalesce(usename, 'PostgreSQL itself'), application_name,
       coalesce(host(client_addr), 'this computer')) AS who
     FROM pg_stat_activity WHERE datname = ${literal(database)}`,
  )
  const detail = [error.fault.detail ?? '', ...there.map(({ who }) => who)].join('\n')
  return new FaultError('RESTORE_BUSY', { detail, cause: error })
}
