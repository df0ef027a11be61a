import { uint8Array, record, integer, array, type Arbitrary } from 'fast-check'

/** A stream of these chunks. */
export async function* streamOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

/** The same bytes cut anywhere, also into empty chunks. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

/** Bytes from none to a little more than two blocks of 1 MiB, some of them random and some that repeat. */
export const someBytes: Arbitrary<Buffer> = record({
  seed: uint8Array({ minLength: 1, maxLength: 300 }),
  length: integer({ min: 0, max: 2_200_000 }),
}).map(({ seed, length }) => Buffer.alloc(length, seed))

export const somePlaces = array(integer({ min: 0, max: 2_200_000 }), { maxLength: 6 })

/** The code of the fault that reading this stream to its end meets, or that it met none. */
export const faultOf = async (stream: AsyncIterable<Uint8Array>): Promise<string> =>
  collect(stream).then(
    (bytes) => `none: it gave ${bytes.length} bytes`,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  )
