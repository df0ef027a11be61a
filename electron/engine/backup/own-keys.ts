import type { KeyObject } from 'node:crypto'
import { FaultError } from '../../shared/fault.ts'
import type { Keys } from '../../shared/model.ts'
import { makeIdentity, makeSigningKey, publicHalf, recipientOf, signingKey } from '../keys.ts'
import type { Secret } from '../secret.ts'
import type { Site } from '../site.ts'
import { siteIdentity } from './read-back.ts'

/**
 * Asked for before anything else: a backup that cannot be read back and signed at the end is not worth beginning. Both
 * keys of this PC must be those that the settings name. Returns the one that signs; throws SECRETS_LOCKED.
 */
export async function requireOwnKeys(site: Site): Promise<KeyObject> {
  await requireReadingKey(site)
  return requireSigningKey(site)
}

/**
 * Makes new keys in place of those of this PC that cannot be used, and returns what the settings must say of them; the
 * same object when all can be used. For a person who enters everything again because the keyring is gone: backups go
 * on, what the old key signed is still believed, and what is sealed to the old one opens again when the keyring is back.
 */
export async function renewUnusableKeys(site: Site): Promise<Keys> {
  const { secrets } = site.world
  let { keys } = site.settings
  if (!(await isUsable(requireReadingKey(site)))) {
    const { secret, recipient } = await makeIdentity()
    await secrets.write('site-identity', secret)
    keys = { ...keys, siteRecipient: recipient }
  }
  if (!(await isUsable(requireSigningKey(site)))) {
    const { secret, publicKey } = makeSigningKey()
    await secrets.write('signing-key', secret)
    const formerSigningKeys = [keys.signingKey, ...(keys.formerSigningKeys ?? [])]
    keys = { ...keys, signingKey: publicKey, formerSigningKeys }
  }
  return keys
}

async function isUsable(required: Promise<unknown>): Promise<boolean> {
  try {
    await required
    return true
  } catch (error) {
    if (error instanceof FaultError && error.code === 'SECRETS_LOCKED') return false
    throw error
  }
}

async function requireReadingKey({ world, settings: { keys } }: Site): Promise<void> {
  if (keys.siteRecipient === null) return
  if ((await recipientOf(await siteIdentity(world))) !== keys.siteRecipient)
    throw unusable('The key that reads backups')
}

async function requireSigningKey({ world, settings: { keys } }: Site): Promise<KeyObject> {
  const secret = await world.secrets.read('signing-key')
  const key = secret && parsed(secret)
  if (key === undefined || publicHalf(key) !== keys.signingKey) throw unusable('The key that signs backups')
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
