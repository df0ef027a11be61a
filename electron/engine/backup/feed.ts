import type { Writable } from 'node:stream'

/**
 * Gives every byte to a reader, and reads on to the last one when the reader wants no more. pg_restore closes its
 * input as soon as it has the last object, often before the writer has noticed the end; whether it was content is
 * what its exit code says, and what the bytes were must be known in any case. Throws what the source throws.
 */
export async function feed(bytes: AsyncIterable<Uint8Array>, reader: Writable): Promise<void> {
  reader.on('error', () => undefined)
  for await (const chunk of bytes) {
    if (!reader.destroyed && !reader.write(chunk)) await room(reader)
  }
  reader.end()
}

/** When more may be written, or nothing more will ever be read. */
function room(reader: Writable): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      reader.off('drain', go).off('close', go)
      resolve()
    }
    if (reader.destroyed) return resolve()
    reader.on('drain', go).on('close', go)
  })
}
