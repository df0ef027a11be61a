import { FaultError } from '../../shared/fault.ts'
import type { Server } from '../../shared/model.ts'
import { openSession, type Session } from '../postgres/session.ts'
import type { Secret } from '../secret.ts'

/** The server that a restore works on, and who it works there as. */
export interface Target {
  readonly server: Server
  readonly password: Secret | undefined
}

/**
 * A login to any database but those named, because nobody can be in a database while it is renamed or dropped.
 * Throws the DB_* fault of the first try when there is none to log in to.
 */
export async function openElsewhere(
  { server, password }: Target,
  avoid: readonly string[],
  signal?: AbortSignal,
): Promise<Session> {
  const usual = [server.database, 'postgres', 'template1']
  let first = new FaultError('DB_NOT_FOUND', { values: { database: 'postgres' } })
  const names = [...new Set(usual.filter((name) => !avoid.includes(name)))]
  for (const [place, database] of names.entries()) {
    try {
      return await openSession(server, database, password, signal ? { signal } : {})
    } catch (error) {
      if (!(error instanceof FaultError) || !mayHelpElsewhere.has(error.code)) throw error
      if (place === 0) first = error
    }
  }
  throw first
}

const mayHelpElsewhere = new Set(['DB_NOT_FOUND', 'DB_PERMISSION', 'DB_ACCESS_RULE'])

/** Throws RESTORE_RIGHTS for what the server refused to the login: that of the backups often may only read. */
export const asRights =
  ({ server: { user } }: Target) =>
  (error: unknown): never => {
    if (!(error instanceof FaultError) || error.code !== 'DB_PERMISSION') throw error
    const values = { user, missing: 'it may not rename or drop databases, or end the sessions in them' }
    throw new FaultError('RESTORE_RIGHTS', { values, detail: error.fault.detail ?? '', cause: error })
  }
