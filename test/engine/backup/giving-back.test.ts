import { expect, test } from 'vitest'
import { givingBack } from '../../../electron/engine/backup/giving-back.ts'
import { streamOf } from '../../support/streams.ts'

test('a chunk is whole while it is looked at, and gone after the next one came', async () => {
  const chunks = [1, 2, 3].map((fill) => new Uint8Array(1000).fill(fill))
  const seen: number[] = []
  for await (const chunk of givingBack(streamOf(chunks))) {
    expect(chunk).toHaveLength(1000)
    expect(new Set(chunk)).toEqual(new Set([seen.length + 1]))
    seen.push(chunk.length)
  }
  expect(seen).toHaveLength(3)
  // The last one may still be on its way when the stream ends.
  expect(chunks.map((chunk) => chunk.length)).toEqual([0, 0, 1000])
})

test('a part of a larger buffer stays as it is', async () => {
  const whole = new Uint8Array(100).fill(7)
  for await (const part of givingBack(streamOf([whole.subarray(0, 50), whole.subarray(50)])))
    expect(part).toHaveLength(50)
  expect(whole).toHaveLength(100)
})

test('a chunk that passes twice is given back once', async () => {
  const chunks = [1, 2, 3].map((fill) => new Uint8Array(1000).fill(fill))
  let bytes = 0
  for await (const chunk of givingBack(givingBack(streamOf(chunks)))) bytes += chunk.length
  expect(bytes).toBe(3000)
})
