import { randomBytes } from 'node:crypto'
import { FaultError } from '../shared/fault.ts'
import type { Settings } from '../shared/model.ts'
import { recipientOf } from './keys.ts'
import { openSession } from './postgres/session.ts'
import { Secret } from './secret.ts'

/**
 * Returns when this is the site's recovery key, `AGE-SECRET-KEY-1…` or the whole text of its file. A site that does
 * not encrypt has none: there it must be the database password. Throws KEY_TYPO, KEY_WRONG, or a DB_* fault.
 */
export async function requireRecovery({ server, keys }: Settings, typed: string): Promise<void> {
  if (keys.recoveryRecipient === null) return requirePassword(server, typed)
  const recipient = await recipientOf(keyIn(typed))
  if (recipient === undefined) throw new FaultError('KEY_TYPO')
  if (recipient !== keys.recoveryRecipient) throw new FaultError('KEY_WRONG')
}

/** What is left without remarks and spaces; case is free, as a key copied from paper may have any. */
const keyIn = (typed: string): Secret =>
  new Secret(
    typed
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'))
      .join('')
      .replaceAll(/\s/g, '')
      .toUpperCase(),
  )

/**
 * The server says whether it is. Guessing is not slowed down here: whoever can reach Larder can reach the server too.
 * A server that takes any password from this computer proves nothing about who types.
 */
async function requirePassword(server: Settings['server'], typed: string): Promise<void> {
  if (typed === '' || !(await isTaken(server, typed))) throw new FaultError('KEY_WRONG')
  if (await isTaken(server, randomBytes(18).toString('base64url'))) {
    const detail = 'The till database lets everybody on this computer in, so its password proves nothing.'
    throw new FaultError('KEY_WRONG', { detail })
  }
}

async function isTaken(server: Settings['server'], password: string): Promise<boolean> {
  try {
    await using session = await openSession(server, server.database, new Secret(password))
    return session !== undefined
  } catch (error) {
    if (error instanceof FaultError && error.code === 'DB_AUTH') return false
    throw error
  }
}
