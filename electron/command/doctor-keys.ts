import { randomBytes, sign, verify } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { opened, sealed } from '../engine/backup/age.ts'
import { signingKey, verifyingKey } from '../engine/keys.ts'
import { keepersOf } from '../engine/secrets-file.ts'
import type { Site } from '../engine/site.ts'
import type { SecretName, World } from '../engine/world.ts'
import { faults } from '../shared/fault-table.ts'
import type { Settings } from '../shared/model.ts'
import { examine, ok, problem, warning, type Check } from './doctor-check.ts'

const enterAgain = 'Open Larder at the desktop, or set it up again in another data folder.'

/** Whether the secrets can be read here, who keeps them, and whether the keys fit what the settings say. */
export async function examineKeys(site: Site): Promise<readonly Check[]> {
  const checks = await Promise.all([
    examine('secrets', () => examineSecrets(site)),
    examine('site key', () => examineSiteKey(site)),
    examine('signing key', () => examineSigningKey(site)),
    examine('recovery key', async () => examineRecoveryKey(site)),
  ])
  return checks.flat()
}

async function examineSecrets({ world, settings }: Site): Promise<Check> {
  const keepers = await keepersOf(world.dataFolder)
  const present = names.filter((name) => keepers[name] !== undefined)
  const locked = await lockedOf(world, present)
  if (locked.length > 0)
    return problem(
      'secrets',
      `The keyring of the desktop keeps ${locked.join(', ')}, and does not answer here.`,
      faults.SECRETS_LOCKED.next,
    )
  const told = present.map((name) => `${name} (${keepers[name] ?? ''})`).join(', ')
  const missing = neededNames(settings).filter((name) => !present.includes(name))
  if (missing.length > 0) return problem('secrets', `Missing: ${missing.join(', ')}.`, enterAgain)
  if (await othersMayRead(join(world.dataFolder, 'secrets.json')))
    return warning(
      'secrets',
      'Other accounts of this computer may read the secrets.',
      `chmod 600 ${join(world.dataFolder, 'secrets.json')}`,
    )
  return ok('secrets', `readable: ${told}`)
}

async function lockedOf({ secrets }: World, present: readonly SecretName[]): Promise<readonly SecretName[]> {
  const reads = await Promise.allSettled(present.map((name) => secrets.read(name)))
  return present.filter((_, index) => reads[index]?.status === 'rejected')
}

const names: readonly SecretName[] = ['database-password', 'site-identity', 'signing-key']

/** Without a password the login is the server's affair: it may trust this account. */
const neededNames = ({ keys }: Settings): readonly SecretName[] =>
  keys.siteRecipient === null ? ['signing-key'] : ['signing-key', 'site-identity']

/** Windows keeps rights elsewhere, and its numbers here mean nothing. */
const othersMayRead = async (file: string): Promise<boolean> =>
  process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0

/** Seals a few bytes as a backup is sealed and opens them with this PC's key, as a check does. */
async function examineSiteKey({ world, settings }: Site): Promise<Check> {
  const { siteRecipient } = settings.keys
  if (siteRecipient === null)
    return warning(
      'site key',
      'The backups are not encrypted: anybody who gets one can read it.',
      'Set Larder up again without --no-encrypt, in another data folder.',
    )
  const identity = await world.secrets.read('site-identity')
  if (identity === undefined) return problem('site key', 'This PC has no key of its own.', enterAgain)
  const sent = randomBytes(64)
  const received = await buffer(opened(sealed(once(sent), [siteRecipient]), identity))
  return received.equals(sent)
    ? ok('site key', 'opens a test envelope')
    : problem('site key', 'A test envelope came out changed.', enterAgain)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

async function examineSigningKey({ world, settings }: Site): Promise<Check> {
  const secret = await world.secrets.read('signing-key')
  if (secret === undefined) return problem('signing key', 'The signing key is missing.', enterAgain)
  const text = Buffer.from('larder doctor')
  const fits = verify(
    null,
    text,
    verifyingKey(settings.keys.signingKey),
    sign(null, text, signingKey(secret)),
  )
  return fits
    ? ok('signing key', 'fits the settings')
    : problem('signing key', 'The signing key is not the one of the settings.', enterAgain)
}

function examineRecoveryKey({ settings }: Site): readonly Check[] {
  const { recoveryRecipient, recoveryConfirmedAt } = settings.keys
  if (recoveryRecipient === null) return []
  return [
    recoveryConfirmedAt === null
      ? warning(
          'recovery key',
          'Nobody has shown yet that they hold the recovery key.',
          'larder confirm-key <the last 8 characters of the key>',
        )
      : ok('recovery key', `somebody holds it, since ${recoveryConfirmedAt.slice(0, 10)}`),
  ]
}
