import type { Bytes } from './pieces.ts'

/**
 * Passes a stream on and gives the memory of every chunk back once the next one is asked for: whoever reads it must be
 * done with a chunk by then. Left to the garbage collector, which hardly sees memory outside its own heap, the chunks
 * of one backup pile up to 60 MB.
 */
export async function* givingBack(bytes: Bytes): AsyncGenerator<Uint8Array> {
  let before: Uint8Array | undefined
  for await (const chunk of bytes) {
    if (before) release(before)
    yield chunk
    before = chunk
  }
}

interface Detachable {
  /** ECMAScript 2024: not in every Node that Larder runs in. */
  readonly transfer: (bytes: number) => unknown
}

const isDetachable = (buffer: object): buffer is Detachable => 'transfer' in buffer

/**
 * Parts of a larger buffer are left alone: the rest of it belongs to somebody else. So is a chunk without bytes: an
 * earlier step of the same pipeline gave it back already.
 */
function release({ length, buffer }: Uint8Array): void {
  if (length > 0 && length === buffer.byteLength && isDetachable(buffer)) buffer.transfer(0)
}
