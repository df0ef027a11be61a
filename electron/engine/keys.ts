import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { FaultError } from '../shared/fault.ts'
import type { Keys } from '../shared/model.ts'
import { Secret } from './secret.ts'

/** An age X25519 identity (`AGE-SECRET-KEY-1…`) and the recipient (`age1…`) that anyone may know. */
export interface Identity {
  readonly secret: Secret
  readonly recipient: string
}

/** Makes an identity that every age tool reads: plain X25519, no newer kinds. */
export async function makeIdentity(): Promise<Identity> {
  const secret = new Secret(await generateX25519Identity())
  return { secret, recipient: await identityToRecipient(secret.reveal()) }
}

/** The recipient (`age1…`) of an identity; undefined when it is none. */
export const recipientOf = (identity: Secret): Promise<string | undefined> =>
  identityToRecipient(identity.reveal()).catch(() => undefined)

/** Makes the site's Ed25519 key. The private half is PKCS #8, the public half SPKI, both DER in base64. */
export function makeSigningKey(): { readonly secret: Secret; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
  return { secret: new Secret(secret), publicKey: inBase64(publicKey) }
}

const inBase64 = (publicKey: KeyObject): string =>
  publicKey.export({ format: 'der', type: 'spki' }).toString('base64')

/** The public half of a private key, as it stands in the settings. */
export const publicHalf = (privateKey: KeyObject): string => inBase64(createPublicKey(privateKey))

export const signingKey = (secret: Secret): KeyObject =>
  createPrivateKey({ key: Buffer.from(secret.reveal(), 'base64'), format: 'der', type: 'pkcs8' })

export const verifyingKey = (publicKey: string): KeyObject =>
  createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })

/** Everybody for whom a backup is sealed now; nobody when it is not sealed. */
export const recipientsOf = ({ recoveryRecipient, siteRecipient }: Keys): string[] =>
  [recoveryRecipient, siteRecipient].filter((recipient) => recipient !== null)

/** Every key whose signature under a manifest is this site's: today's, and those before it. */
export const verifyingKeys = ({ signingKey: today, formerSigningKeys = [] }: Keys): KeyObject[] =>
  [today, ...formerSigningKeys].map(verifyingKey)

/** The recovery key as a file that `age -d -i <file>` takes as it is, with words for whoever finds it. */
export function recoveryKeyFile(identity: Identity, siteName: string, madeOn: string): string {
  return [
    `# Larder recovery key of: ${oneLine(siteName)}`,
    `# made on: ${madeOn}`,
    '# Anyone who holds this key can read the backups; without it nobody can, once the PC is gone.',
    '# Print it or copy it to a USB stick, keep it away from this PC, then delete this file.',
    '# To open a backup without Larder:',
    '#   age -d -i <this file> <backup>.dump.zst.age | zstd -d | pg_restore …',
    `# public key: ${identity.recipient}`,
    identity.secret.reveal(),
    '',
  ].join('\n')
}

const endingLength = 8
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** What is kept of the recovery key, so that a person can show later that they hold it. Spaces and case are free. */
export function endingHash(keyOrEnding: string): string {
  const ending = keyOrEnding
    .replaceAll(/[^a-z0-9]/gi, '')
    .toUpperCase()
    .slice(-endingLength)
  if (ending.length < endingLength)
    throw new FaultError('KEY_TYPO', { detail: 'eight characters are needed' })
  return createHash('sha256').update(ending).digest('hex')
}
