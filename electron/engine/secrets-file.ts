import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { FaultError } from '../shared/fault.ts'
import { writeAtomically } from './atomic-file.ts'
import type { OpenOptions } from './catalogue/connection.ts'
import { lockIfFree } from './catalogue/opening-lock.ts'
import { Secret } from './secret.ts'
import { secretNames, type SecretName, type Secrets } from './world.ts'

/** Wraps a secret with the operating system's keyring. Absent where there is no desktop session. */
export interface Keyring {
  /** Undefined when the keyring does not answer; the caller then keeps the secret by file rights alone. */
  seal(plain: string): Promise<string | undefined>
  /** Undefined when the keyring cannot open it now. */
  open(sealed: string): Promise<string | undefined>
}

const Stored = z.strictObject({ keeper: z.enum(['keyring', 'file']), value: z.string() })
type Stored = z.output<typeof Stored>

const SecretsFile = z.strictObject({
  version: z.literal(1),
  secrets: z.partialRecord(z.enum(secretNames), Stored),
  /** What was the site identity before: earlier backups are sealed to it. Newest first. */
  formerIdentities: z.array(Stored).optional(),
})
type SecretsFile = z.output<typeof SecretsFile>

const secretsFile = (dataFolder: string): string => join(dataFolder, 'secrets.json')

/**
 * The credentials file of the data folder: readable by the account that runs Larder only (0600), each value sealed
 * with the keyring where one answers. Sealed values can be opened by the desktop app alone.
 */
export function secretsInFile(dataFolder: string, keyring?: Keyring, options: OpenOptions = {}): Secrets {
  const file = secretsFile(dataFolder)
  const open = async ({ keeper, value }: Stored): Promise<string | undefined> =>
    keeper === 'file' ? value : keyring?.open(value)
  return {
    async read(name) {
      const stored = (await load(file)).secrets[name]
      if (stored === undefined) return undefined
      const value = await open(stored)
      if (value === undefined)
        throw new FaultError('SECRETS_LOCKED', { detail: `${name} is sealed by the keyring` })
      return new Secret(value)
    },
    async formerIdentities() {
      const { formerIdentities = [] } = await load(file)
      const opened = await Promise.all(formerIdentities.map(open))
      return opened.filter((value) => value !== undefined).map((value) => new Secret(value))
    },
    async write(name, secret) {
      // Asked before the lock is taken: a keyring may take its time.
      const sealed = await keyring?.seal(secret.reveal())
      const stored: Stored =
        sealed === undefined
          ? { keeper: 'file', value: secret.reveal() }
          : { keeper: 'keyring', value: sealed }
      await whileLocked(file, options, async () => {
        const next = replaced(await loadOrPutAside(file), name, stored)
        await writeAtomically(file, `${JSON.stringify(SecretsFile.parse(next), undefined, 2)}\n`)
      })
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

/** The identity that goes is kept: it may be sealed just now, and its backups are to be opened once it is not. */
function replaced(before: SecretsFile, name: SecretName, stored: Stored): SecretsFile {
  const next = { ...before, secrets: { ...before.secrets, [name]: stored } }
  const former = before.secrets[name]
  if (name !== 'site-identity' || former === undefined) return next
  return { ...next, formerIdentities: [former, ...(before.formerIdentities ?? [])] }
}

const lockWaitMs = 3000
const askAgainMs = 20

/** Two processes, or two writes of this one, would otherwise each keep what they read and lose what the other wrote. */
async function whileLocked(file: string, options: OpenOptions, work: () => Promise<void>): Promise<void> {
  const lockFile = `${file}.lock`
  for (const end = performance.now() + lockWaitMs; ; await wait(askAgainMs)) {
    const unlock = lockIfFree(lockFile, options)
    if (unlock !== undefined) return work().finally(unlock)
    if (performance.now() > end)
      throw new FaultError('SECRETS_LOCKED', { detail: `another program is holding ${lockFile}` })
  }
}

/** A damaged file is kept aside, so that everything can be entered again. */
async function loadOrPutAside(file: string): Promise<SecretsFile> {
  const found = await look(file)
  if (found !== 'damaged') return found
  await rename(file, `${file}.damaged`)
  return empty
}

async function load(file: string): Promise<SecretsFile> {
  const found = await look(file)
  if (found !== 'damaged') return found
  throw new FaultError('SECRETS_LOCKED', { detail: `${file} is damaged: enter the password again` })
}

const empty: SecretsFile = { version: 1, secrets: {} }

async function look(file: string): Promise<SecretsFile | 'damaged'> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new FaultError('SECRETS_LOCKED', { detail: error.message, cause: error })
  })
  if (text === undefined) return empty
  const json = parsed(text)
  if (Newer.safeParse(json).success)
    throw new FaultError('SECRETS_LOCKED', { detail: `${file} was written by a newer Larder` })
  return SecretsFile.safeParse(json).data ?? 'damaged'
}

const Newer = z.looseObject({ version: z.number().gt(1) })

/** The parser's message would quote the file, and with it a secret: none of it goes on. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
