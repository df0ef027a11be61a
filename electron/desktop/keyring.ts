import { safeStorage } from 'electron/main'
import type { Keyring } from '../engine/secrets-file.ts'
import type { Log } from '../engine/world.ts'

/**
 * The operating system's keyring behind Electron's safeStorage. It is asked for the first time when a secret is
 * needed, never at start: a hanging keyring can block for over a minute. `basic_text` is no keyring but a known key.
 */
export function systemKeyring(log: Log): Keyring {
  return {
    async seal(plain) {
      if (!(await answers())) return undefined
      return attempt(log, async () => (await encrypt(plain)).toString('base64'))
    },
    async open(sealed) {
      if (!(await answers())) return undefined
      return attempt(log, () => decrypt(Buffer.from(sealed, 'base64')))
    },
  }
}

async function answers(): Promise<boolean> {
  const available = hasAsync
    ? await safeStorage.isAsyncEncryptionAvailable()
    : safeStorage.isEncryptionAvailable()
  return (
    available && (process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text')
  )
}

// Electron before 42 has only the calls that block.
const hasAsync = 'isAsyncEncryptionAvailable' in safeStorage

const encrypt = async (plain: string): Promise<Buffer> =>
  hasAsync ? safeStorage.encryptStringAsync(plain) : safeStorage.encryptString(plain)

const decrypt = async (sealed: Buffer): Promise<string> =>
  hasAsync ? (await safeStorage.decryptStringAsync(sealed)).result : safeStorage.decryptString(sealed)

/** What the keyring throws says nothing that helps and might quote a secret: only that it failed is kept. */
async function attempt(log: Log, work: () => Promise<string>): Promise<string | undefined> {
  try {
    return await work()
  } catch {
    log.warn('the keyring of the operating system did not do what it was asked')
    return undefined
  }
}
