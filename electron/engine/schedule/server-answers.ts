import { FaultError, type FaultCode } from '../../shared/fault.ts'
import { openSession } from '../postgres/session.ts'
import type { Site } from '../site.ts'

/** The faults of a server that is not up yet, or a network that is not. */
const silence = new Set<FaultCode>([
  'DB_UNREACHABLE',
  'DB_HOST_UNKNOWN',
  'DB_STARTING',
  'DB_CONNECTION_LOST',
  'DB_TOO_MANY',
])

/** Whether the till's PostgreSQL is up. What else is wrong with the login is for a backup to find, and to tell. */
export async function serverAnswers({ settings: { server }, world }: Site): Promise<boolean> {
  try {
    const session = await openSession(server, server.database, await world.secrets.read('database-password'))
    await session.end()
    return true
  } catch (error) {
    return !(error instanceof FaultError && silence.has(error.code))
  }
}
