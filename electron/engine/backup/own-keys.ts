import type { KeyObject } from 'node:crypto'
import { FaultError } from '../../shared/fault.ts'
import { publicHalf, recipientOf, signingKey } from '../keys.ts'
import type { Secret } from '../secret.ts'
import type { Site } from '../site.ts'
import { siteIdentity } from './read-back.ts'

/**
 * Asked for before anything else: a backup that cannot be read back and signed at the end is not worth beginning. Both
 * keys of this PC must be those that the settings name. Returns the one that signs; throws SECRETS_LOCKED.
 */
export async function requireOwnKeys({ world, settings }: Site): Promise<KeyObject> {
  const { siteRecipient, signingKey: publicKey } = settings.keys
  if (siteRecipient !== null && (await recipientOf(await siteIdentity(world))) !== siteRecipient)
    throw unusable('The key that reads backups')
  const secret = await world.secrets.read('signing-key')
  const key = secret && parsed(secret)
  if (key === undefined || publicHalf(key) !== publicKey) throw unusable('The key that signs backups')
  return key
}

/** What the parser says of a key that is none could quote it, so it goes no further. */
function parsed(secret: Secret): KeyObject | undefined {
  try {
    return signingKey(secret)
  } catch {
    return undefined
  }
}

const unusable = (name: string): FaultError =>
  new FaultError('SECRETS_LOCKED', { detail: `${name} is missing, damaged, or not the one of this site.` })
