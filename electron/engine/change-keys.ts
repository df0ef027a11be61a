import { toInstant } from '../shared/calendar.ts'
import { FaultError } from '../shared/fault.ts'
import type { Keys } from '../shared/model.ts'
import { renewUnusableKeys } from './backup/own-keys.ts'
import { endingHash, makeIdentity, type Identity } from './keys.ts'
import { openSession } from './postgres/session.ts'
import type { Secret } from './secret.ts'
import type { Site } from './site.ts'
import type { World } from './world.ts'

/**
 * Keeps another database password, once the server has taken it, and renews what else was locked away with the old
 * one. Returns what changed in the keys. Throws DB_AUTH when the server does not take it.
 */
export async function keepPassword(site: Site, password: Secret): Promise<Partial<Keys>> {
  const { world, settings } = site
  const session = await openSession(settings.server, settings.server.database, password)
  await session.end()
  await world.secrets.write('database-password', password)
  world.log.info('the database password was changed')
  const keys = await renewUnusableKeys(site)
  if (keys === settings.keys) return {}
  world.log.warn('the keys of this PC could not be used and were made anew')
  const { siteRecipient, signingKey, formerSigningKeys } = keys
  return { siteRecipient, signingKey, ...(formerSigningKeys ? { formerSigningKeys } : {}) }
}

/** Takes the last 8 characters of the recovery key as proof that somebody holds it. Throws KEY_WRONG. */
export function confirmed({ settings, world }: Site, ending: string): Partial<Keys> {
  if (endingHash(ending) !== settings.keys.recoveryEnding) throw new FaultError('KEY_WRONG')
  return { recoveryConfirmedAt: toInstant(world.now()) }
}

/**
 * Makes another recovery key for backups from now on, because nobody holds the first one. It counts only after
 * `write` has put it where the person wanted it.
 */
export async function renewRecovery(
  world: Pick<World, 'now'>,
  write: (recovery: Identity) => Promise<void>,
): Promise<{ readonly recovery: Identity; readonly keys: Partial<Keys> }> {
  const recovery = await makeIdentity()
  await write(recovery)
  const keys = {
    recoveryRecipient: recovery.recipient,
    recoveryEnding: endingHash(recovery.secret.reveal()),
    recoveryMadeAt: toInstant(world.now()),
    recoveryConfirmedAt: null,
  }
  return { recovery, keys }
}
