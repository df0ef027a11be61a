import { randomBytes } from 'node:crypto'
import { Decrypter, Encrypter } from 'age-encryption'
import { FaultError } from '../../shared/fault.ts'
import type { Secret } from '../secret.ts'
import { openedPayload, payloadNonceBytes, sealedPayload } from './age-payload.ts'
import type { Bytes } from './pieces.ts'

/** Seals a stream to every recipient (`age1…`) in the age v1 format, so that the `age` tool opens it. */
export async function* sealed(plain: Bytes, recipients: readonly string[]): AsyncGenerator<Uint8Array> {
  const { header, fileKey } = await newHeader(recipients)
  const nonce = randomBytes(payloadNonceBytes)
  yield Buffer.concat([header, nonce])
  yield* sealedPayload(plain, fileKey, nonce)
}

/**
 * Opens an age stream. Throws KEY_WRONG when the identity is not one of its recipients, KEY_TYPO when it is no identity
 * at all, and BACKUP_CORRUPT when a byte was changed. What came out before a fault is authentic but not whole: use it only after the end was reached.
 */
export async function* opened(stored: Bytes, identity: Secret): AsyncGenerator<Uint8Array> {
  const decrypter = decrypterWith(identity)
  try {
    const { header, nonce, payload } = await split(stored)
    yield* openedPayload(payload, await decrypter.decryptHeader(header), nonce)
  } catch (error) {
    // What the file system says is not the file's fault.
    if (error instanceof FaultError || (error instanceof Error && 'syscall' in error)) throw error
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

const emptyPayloadBytes = payloadNonceBytes + 16

/** A header for these recipients with the key that it wraps: the header of an empty file, sealed by the age package. */
async function newHeader(
  recipients: readonly string[],
): Promise<{ header: Uint8Array; fileKey: Uint8Array }> {
  const encrypter = new Encrypter()
  let fileKey: Uint8Array | undefined
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = key
      return []
    },
  })
  // As a stream: for an array the package loads Node's whole HTTP client to join the parts.
  const parts: Uint8Array[] = []
  for await (const part of await encrypter.encrypt(emptyStream())) parts.push(part)
  if (fileKey === undefined) throw new Error('the age package gave no file key')
  return { header: Buffer.concat(parts).subarray(0, -emptyPayloadBytes), fileKey }
}

const emptyStream = (): ReadableStream<Uint8Array> =>
  new ReadableStream({ start: (controller) => controller.close() })

const headerLimit = 64 * 1024
const headerEnd = /\n--- [^\n]*\n/

interface AgeFile {
  readonly header: Uint8Array
  readonly nonce: Uint8Array
  readonly payload: Bytes
}

async function split(stored: Bytes): Promise<AgeFile> {
  const chunks = stored[Symbol.asyncIterator]()
  let start = Buffer.alloc(0)
  while (start.length < headerLimit) {
    const next = await chunks.next()
    if (next.done) break
    start = Buffer.concat([start, next.value])
    const mac = headerEnd.exec(start.toString('latin1', 0, headerLimit))
    if (mac === null) continue
    const payloadAt = mac.index + mac[0].length + payloadNonceBytes
    if (start.length < payloadAt) continue
    return {
      header: start.subarray(0, payloadAt - payloadNonceBytes),
      nonce: start.subarray(payloadAt - payloadNonceBytes, payloadAt),
      payload: rest(start.subarray(payloadAt), chunks),
    }
  }
  throw new Error('this is not an age file, or its header is cut off')
}

async function* rest(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* { [Symbol.asyncIterator]: () => chunks }
}
