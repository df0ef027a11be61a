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
  const faults: unknown[] = []
  for (const database of new Set(usual.filter((name) => !avoid.includes(name)))) {
    try {
      return await openSession(server, database, password, signal ? { signal } : {})
    } catch (error) {
      if (!(error instanceof FaultError) || !mayHelpElsewhere.has(error.code)) throw error
      faults.push(error)
    }
  }
  throw faults[0] ?? new FaultError('DB_NOT_FOUND', { values: { database: 'postgres' } })
}

const mayHelpElsewhere = new Set(['DB_NOT_FOUND', 'DB_PERMISSION', 'DB_ACCESS_RULE'])
