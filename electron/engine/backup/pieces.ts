export type Bytes = AsyncIterable<Uint8Array>

/** Some bytes of a stream, and whether they are its end. Valid until the next piece is asked for. */
export interface Piece {
  readonly bytes: Uint8Array
  readonly isLast: boolean
}

/**
 * Cuts a stream anew: every piece has exactly `size` bytes except the last one, which has what is left and is empty
 * only when the whole stream is. All pieces share one buffer, so that memory does not grow with the stream.
 */
export async function* inPieces(stream: Bytes, size: number): AsyncGenerator<Piece> {
  const buffer = Buffer.allocUnsafe(size)
  let used = 0
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) {
      if (used === size) {
        yield { bytes: buffer, isLast: false }
        used = 0
      }
      const taken = chunk.subarray(at, at + size - used)
      buffer.set(taken, used)
      used += taken.length
      at += taken.length
    }
  }
  yield { bytes: buffer.subarray(0, used), isLast: true }
}
