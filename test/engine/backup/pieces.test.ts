import { assert, asyncProperty, integer } from 'fast-check'
import { expect, test } from 'vitest'
import { inPieces } from '../../../electron/engine/backup/pieces.ts'
import { cut, someBytes, somePlaces, streamOf } from '../../support/streams.ts'

async function piecesOf(chunks: readonly Uint8Array[], size: number) {
  const found: { bytes: Buffer; isLast: boolean }[] = []
  for await (const { bytes, isLast } of inPieces(streamOf(chunks), size))
    found.push({ bytes: Buffer.from(bytes), isLast })
  return found
}

test('a stream is cut into pieces of one size, and only the last one is shorter and says so', async () => {
  await assert(
    asyncProperty(someBytes, somePlaces, integer({ min: 1, max: 5000 }), async (bytes, places, size) => {
      const pieces = await piecesOf(cut(bytes, places), size)
      expect(Buffer.concat(pieces.map((piece) => piece.bytes)).equals(bytes)).toBe(true)
      const last = pieces.pop()
      expect(last?.isLast).toBe(true)
      expect(pieces.every((piece) => !piece.isLast && piece.bytes.length === size)).toBe(true)
      expect(last?.bytes.length).toBeLessThanOrEqual(size)
      if (bytes.length > 0) expect(last?.bytes.length).toBeGreaterThan(0)
    }),
    { numRuns: 60 },
  )
})

test('an empty stream is one empty last piece', async () => {
  expect(await piecesOf([], 10)).toEqual([{ bytes: Buffer.alloc(0), isLast: true }])
})
