import { Decrypter, Encrypter } from 'age-encryption'
import { FaultError } from '../../shared/fault.ts'
import type { Secret } from '../secret.ts'

type Bytes = AsyncIterable<Uint8Array>

/** Seals a stream to every recipient (`age1…`) in the age v1 format, so that the `age` tool opens it. */
export async function* sealed(plain: Bytes, recipients: readonly string[]): AsyncGenerator<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  yield* await encrypter.encrypt(asStream(plain))
}

/**
 * Opens an age stream. Throws KEY_WRONG when the identity is not one of its recipients, KEY_TYPO when it is no identity
 * at all, and BACKUP_CORRUPT when a byte was changed. What came out before a fault is authentic but not whole: use it only after the end was reached.
 */
export async function* opened(stored: Bytes, identity: Secret): AsyncGenerator<Uint8Array> {
  const decrypter = decrypterWith(identity)
  try {
    yield* await decrypter.decrypt(asStream(stored))
  } catch (error) {
    if (error instanceof FaultError) throw error
    const detail = error instanceof Error ? error.message : String(error)
    throw new FaultError(/no identity matched/.test(detail) ? 'KEY_WRONG' : 'BACKUP_CORRUPT', { detail })
  }
}

function decrypterWith(identity: Secret): Decrypter {
  const decrypter = new Decrypter()
  try {
    decrypter.addIdentity(identity.reveal())
    return decrypter
  } catch {
    // The package's message would quote the key.
    throw new FaultError('KEY_TYPO')
  }
}

// The package's types want the browser's stream, which Node's is.
const asStream = (bytes: Bytes): ReadableStream<Uint8Array> =>
  ReadableStream.from(bytes) as ReadableStream<Uint8Array>
