import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { FaultError } from '../shared/fault.ts'
import { writeAtomically } from './atomic-file.ts'
import { Secret } from './secret.ts'
import type { SecretName, Secrets } from './world.ts'

/** Wraps a secret with the operating system's keyring. Absent where there is no desktop session. */
export interface Keyring {
  /** Undefined when the keyring does not answer; the caller then keeps the secret by file rights alone. */
  seal(plain: string): Promise<string | undefined>
  /** Undefined when the keyring cannot open it now. */
  open(sealed: string): Promise<string | undefined>
}

const Stored = z.strictObject({ keeper: z.enum(['keyring', 'file']), value: z.string() })
const SecretsFile = z.strictObject({
  version: z.literal(1),
  secrets: z.partialRecord(z.enum(['database-password', 'site-identity', 'signing-key']), Stored),
})
type SecretsFile = z.output<typeof SecretsFile>

const secretsFile = (dataFolder: string): string => join(dataFolder, 'secrets.json')

/**
 * The credentials file of the data folder: readable by the account that runs Larder only (0600), each value sealed
 * with the keyring where one answers. Sealed values can be opened by the desktop app alone.
 */
export function secretsInFile(dataFolder: string, keyring?: Keyring): Secrets {
  const file = secretsFile(dataFolder)
  return {
    async read(name: SecretName) {
      const stored = (await load(file)).secrets[name]
      if (stored === undefined) return undefined
      const value = stored.keeper === 'file' ? stored.value : await keyring?.open(stored.value)
      if (value === undefined)
        throw new FaultError('SECRETS_LOCKED', { detail: `${name} is sealed by the keyring` })
      return new Secret(value)
    },
    async write(name, secret) {
      const before = await load(file)
      const sealed = await keyring?.seal(secret.reveal())
      const stored =
        sealed === undefined
          ? { keeper: 'file', value: secret.reveal() }
          : { keeper: 'keyring', value: sealed }
      const next = SecretsFile.parse({ ...before, secrets: { ...before.secrets, [name]: stored } })
      await writeAtomically(file, `${JSON.stringify(next, undefined, 2)}\n`)
    },
  }
}

/** Who keeps each secret that there is, for a person who wonders; the values stay where they are. */
export async function keepersOf(
  dataFolder: string,
): Promise<Partial<Record<SecretName, 'keyring' | 'file'>>> {
  const { secrets } = await load(secretsFile(dataFolder))
  return Object.fromEntries(Object.entries(secrets).map(([name, { keeper }]) => [name, keeper]))
}

async function load(file: string): Promise<SecretsFile> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new FaultError('SECRETS_LOCKED', { detail: error.message, cause: error })
  })
  if (text === undefined) return { version: 1, secrets: {} }
  try {
    return SecretsFile.parse(JSON.parse(text))
  } catch {
    // The parser's message would quote the file, and with it a secret.
    throw new FaultError('SECRETS_LOCKED', { detail: `${file} is damaged: enter the password again` })
  }
}
