import { hkdfSync } from 'node:crypto'
import sodium, { ready } from 'libsodium-wrappers'
import { inPieces, type Bytes } from './pieces.ts'

// The age v1 specification (age-encryption.org/v1), section "Payload": ChaCha20-Poly1305 in chunks of 64 KiB. Done
// here with libsodium, because the age package spends twice the time on it and Electron's crypto has no ChaCha20.
const chunkBytes = 64 * 1024

// It has no functions before.
await ready
const {
  crypto_aead_chacha20poly1305_ietf_encrypt: encrypt,
  crypto_aead_chacha20poly1305_ietf_decrypt: decrypt,
  crypto_aead_chacha20poly1305_ietf_ABYTES: tagBytes,
} = sodium

export const payloadNonceBytes = 16

/** Seals a stream with the file key of an age header. The nonce must never be used with that key again. */
export async function* sealedPayload(plain: Bytes, fileKey: Uint8Array, nonce: Uint8Array) {
  const key = payloadKey(fileKey, nonce)
  let index = 0
  for await (const { bytes, isLast } of inPieces(plain, chunkBytes))
    yield encrypt(bytes, null, null, chunkNonce(index++, isLast), key)
}

/** Opens what `sealedPayload` wrote and authenticates every chunk and the end. Throws Error on any change. */
export async function* openedPayload(stored: Bytes, fileKey: Uint8Array, nonce: Uint8Array) {
  const key = payloadKey(fileKey, nonce)
  let index = 0
  for await (const { bytes, isLast } of inPieces(stored, chunkBytes + tagBytes)) {
    if (index > 0 && bytes.length === tagBytes) throw new Error('the last chunk is empty')
    yield decrypt(null, bytes, null, chunkNonce(index++, isLast), key)
  }
}

const payloadKey = (fileKey: Uint8Array, nonce: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', fileKey, nonce, 'payload', 32))

/** Eleven bytes of counter, big-endian, and one that says whether the stream ends here. */
function chunkNonce(index: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(index, 5, 6)
  nonce.writeUInt8(isLast ? 1 : 0, 11)
  return nonce
}
