import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import type { Session } from '../postgres/session.ts'
import { literal } from '../verify/roles-rules.ts'
import { openElsewhere, type Target } from './target.ts'

/** Shown in the server's list of sessions, so that those of a restore are found after the Larder that opened them died. */
export const nameSession = (session: Session, jobId: string): Promise<void> =>
  session.run(`SET application_name = ${literal(sessionName(jobId))}`)

const sessionName = (jobId: string): string => `larder ${jobId}`

const Ended = z.object({ pid: z.number() })
const askAgainMs = 50
const endingLimitMs = 15_000

/**
 * Ends what a restore may still have at work on the server, and returns when it is gone: a server finishes what it was
 * told before it notices that nobody is there any more, and names must not change while we look at them. Throws
 * RESTORE_BUSY.
 */
export async function endSessionsOf(session: Session, jobId: string): Promise<void> {
  const ending = `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = ${literal(sessionName(jobId))} AND pid <> pg_backend_pid()`
  const giveUpAt = performance.now() + endingLimitMs
  while ((await session.query(Ended, ending)).length > 0) {
    if (performance.now() > giveUpAt) throw new FaultError('RESTORE_BUSY', { detail: sessionName(jobId) })
    await wait(askAgainMs)
  }
}

const Named = z.object({ name: z.string() })

/** The name that a database has now, whatever it was; undefined when it is gone. */
export async function nameOf(session: Session, oid: number): Promise<string | undefined> {
  const [row] = await session.query(Named, `SELECT datname AS name FROM pg_database WHERE oid = ${oid}`)
  return row?.name
}

interface Swapping {
  readonly jobId: string
  /** The name that the till knows. */
  readonly live: string
  /** Of the database that is to get it. */
  readonly oid: number
}

const returnLimitMs = 60_000

/**
 * Does a swap, and where the connection is lost in the middle of it asks the server how it ended, because only the
 * server knows. Returns how long the name could not be reached, in ms. Throws what the swap threw when nothing has
 * changed, and RESTORE_UNSURE when the server did not come back in time; the next start of Larder finds out then.
 */
export async function surely(
  target: Target,
  { jobId, live, oid }: Swapping,
  swapping: () => Promise<number>,
): Promise<number> {
  const startedAt = performance.now()
  try {
    return await swapping()
  } catch (error) {
    if (!(error instanceof FaultError) || error.code !== 'DB_CONNECTION_LOST') throw error
    await using session = await openAgain(target, live, error)
    await endSessionsOf(session, jobId)
    if ((await nameOf(session, oid)) !== live) throw error
    return Math.ceil(performance.now() - startedAt)
  }
}

async function openAgain(target: Target, live: string, lost: FaultError): Promise<Session> {
  const giveUpAt = performance.now() + returnLimitMs
  for (;;) {
    try {
      return await openElsewhere(target, [live])
    } catch (error) {
      const values = { database: live }
      if (performance.now() > giveUpAt)
        throw new FaultError('RESTORE_UNSURE', { values, detail: String(error), cause: lost })
      await wait(askAgainMs)
    }
  }
}
