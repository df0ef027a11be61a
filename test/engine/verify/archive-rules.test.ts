import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { beginWalk, walkOn } from '../../../electron/engine/verify/archive-blocks-rules.ts'
import { fillIn, readToc } from '../../../electron/engine/verify/archive-toc-rules.ts'

// Archives of every version, written from the description of the format and not by the code under test.
const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt8(value < 0 ? 1 : 0)
  bytes.writeUInt32LE(Math.abs(value), 1)
  return bytes
}
const text = (value: string | null): Buffer =>
  value === null ? integer(-1) : Buffer.concat([integer(Buffer.byteLength(value)), Buffer.from(value)])

interface Entry {
  readonly id: number
  readonly text: string | null
  readonly dependencies: readonly string[]
  /** The rows of a table, the large objects of a block by oid, or no data. */
  readonly data:
    | { readonly rows: readonly string[] }
    | { readonly objects: ReadonlyMap<number, readonly string[]> }
    | null
}

function header(minor: number): Buffer {
  const compression = minor >= 15 ? Buffer.from([0]) : integer(0)
  const date = Array.from({ length: 7 }, (_, index) => integer(index))
  return Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, minor, 0, 4, 8, 1]),
    compression,
    ...date,
    ...['pos', '9.6', '9.6'].map(text),
  ])
}

function tocEntry(entry: Entry, minor: number, offset: number | null): Buffer {
  const place = Buffer.alloc(9)
  place.writeUInt8(entry.data === null ? 3 : offset === null ? 1 : 2)
  place.writeBigUInt64LE(BigInt(offset ?? 0), 1)
  const strings = Array.from({ length: minor >= 14 ? 6 : 5 }, () => text(entry.text))
  return Buffer.concat([
    integer(entry.id),
    integer(entry.data === null ? 0 : 1),
    ...['0', '0', entry.text, 'TABLE DATA'].map(text),
    integer(3),
    ...strings,
    ...(minor >= 16 ? [integer('r'.charCodeAt(0))] : []),
    text('owner'),
    text('false'),
    ...entry.dependencies.map(text),
    text(null),
    place,
  ])
}

const chunks = (rows: readonly string[]): Buffer => Buffer.concat([...rows.map(text), integer(0)])

function block({ id, data }: Entry): Buffer {
  if (data === null) return Buffer.alloc(0)
  if ('rows' in data) return Buffer.concat([Buffer.from([1]), integer(id), chunks(data.rows)])
  // An oid beyond 2^31 is written as the negative number that it is in C.
  const objects = [...data.objects].flatMap(([oid, rows]) => [integer(oid | 0), chunks(rows)])
  return Buffer.concat([Buffer.from([3]), integer(id), ...objects, integer(0)])
}

/** The archive as it comes through a pipe, and as pg_dump leaves it in a file. */
function archive(entries: readonly Entry[], minor: number): { piped: Buffer; whole: Buffer; tocEnd: number } {
  const toc = (offsets: ReadonlyMap<Entry, number>): Buffer =>
    Buffer.concat([
      header(minor),
      integer(entries.length),
      ...entries.map((entry) => tocEntry(entry, minor, offsets.get(entry) ?? null)),
    ])
  const tocEnd = toc(new Map()).length
  const offsets = new Map<Entry, number>()
  let at = tocEnd
  for (const entry of entries) {
    if (entry.data !== null) offsets.set(entry, at)
    at += block(entry).length
  }
  const blocks = entries.map(block)
  return {
    piped: Buffer.concat([toc(new Map()), ...blocks]),
    whole: Buffer.concat([toc(offsets), ...blocks]),
    tocEnd,
  }
}

const rows = fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 6 })
const oid = fc.oneof(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 2 ** 31 + 1, max: 2 ** 32 - 1 }))
const data: fc.Arbitrary<Entry['data']> = fc.oneof(
  rows.map((each) => ({ rows: each })),
  fc
    .uniqueArray(fc.tuple(oid, rows), { selector: ([each]) => each, maxLength: 4 })
    .map((pairs) => ({ objects: new Map(pairs) })),
  fc.constant(null),
)
const entries: fc.Arbitrary<readonly Entry[]> = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 1000 }),
    text: fc.option(fc.string({ unit: 'binary', maxLength: 30 })),
    dependencies: fc.array(fc.integer({ min: 1, max: 999 }).map(String), { maxLength: 3 }),
    data,
  }),
  { selector: ({ id }) => id, maxLength: 8 },
)
const minor = fc.integer({ min: 12, max: 16 })

/** What the shell does, on bytes in memory: `slice` bytes are looked at each time. */
function patch(bytes: Buffer, slice: number): boolean {
  const toc = readToc(bytes)
  if (typeof toc === 'string') return false
  const walk = beginWalk(toc.end)
  while (walk.position < bytes.length) {
    const before = walk.position
    if (!walkOn(walk, bytes.subarray(before, before + slice)) || walk.position === before) return false
  }
  if (walk.position !== bytes.length || walk.expected !== 'block') return false
  return fillIn(bytes, toc, walk.blocks)
}

describe('offsets that are added to an archive of any version', () => {
  test('make it the very file that pg_dump writes when it can go back', () => {
    fc.assert(
      fc.property(entries, minor, fc.integer({ min: 6, max: 300 }), (list, version, slice) => {
        const { piped, whole } = archive(list, version)
        expect(patch(piped, slice)).toBe(true)
        expect(piped.equals(whole)).toBe(true)
      }),
    )
  })

  test('are not added twice', () => {
    fc.assert(
      fc.property(entries, minor, (list, version) => {
        const { whole } = archive(list, version)
        const hasData = list.some((entry) => entry.data !== null)
        expect(patch(whole, 100)).toBe(!hasData)
      }),
    )
  })

  test('are added to nothing that was cut off, wherever', () => {
    fc.assert(
      fc.property(entries, minor, fc.nat(), (list, version, cut) => {
        const { piped } = archive(list, version)
        const part = Buffer.from(piped.subarray(0, cut % piped.length))
        const before = Buffer.from(part)
        const isPatched = patch(part, 64)
        expect(isPatched).toBe(false)
        expect(part.equals(before)).toBe(true)
      }),
    )
  })

  test('change nothing but the places for them, whatever is wrong with the archive', () => {
    fc.assert(
      fc.property(entries, minor, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, version, at, mask) => {
        const { piped } = archive(list, version)
        const bad = Buffer.from(piped)
        bad[at % bad.length] = (bad[at % bad.length] ?? 0) ^ mask
        const before = Buffer.from(bad)
        const toc = readToc(bad)
        const isPatched = patch(bad, 64)
        if (!isPatched) expect(bad.equals(before)).toBe(true)
        if (typeof toc === 'string') return
        for (const { place } of toc.entries) before.copy(bad, place, place, place + 9)
        expect(bad.equals(before)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

test('a table of contents that goes on after the bytes at hand is told from one that is none', () => {
  const list = [{ id: 1, text: 'dishes', dependencies: ['2'], data: { rows: ['pizza'] } }]
  const { piped, tocEnd } = archive(list, 14)
  for (let length = 0; length < tocEnd; length += 1) expect(readToc(piped.subarray(0, length))).toBe('short')
  expect(readToc(Buffer.from('-- PostgreSQL database dump'))).toBe('strange')
  expect(readToc(archive(list, 17).piped)).toBe('strange')
  expect(readToc(archive(list, 11).piped)).toBe('strange')
})
