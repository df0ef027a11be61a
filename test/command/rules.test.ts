import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { progressLine } from '../../electron/command/progress-rules.ts'
import { facts, table } from '../../electron/command/table-rules.ts'
import { counted, durationOf, number } from '../../electron/command/words-rules.ts'
import { JobKind, JobPhase, type Progress } from '../../electron/shared/model.ts'

const length = (text: string): number => Array.from(text).length
// What a server may call its tables, without line ends: those are taken out before anything is printed.
const name = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .map((text) => `${text.replaceAll(/\s/gu, '_')}|`)

describe('a table', () => {
  const columns = [
    { title: 'NAME', value: (row: { name: string; rows: number }) => row.name },
    {
      title: 'ROWS',
      value: (row: { name: string; rows: number }) => number(row.rows),
      align: 'right' as const,
    },
  ]

  test('has a line for each row, and all of them end where the numbers end', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ name, rows: fc.nat() })), (rows) => {
        const lines = table(columns, rows).split('\n')
        expect(lines).toHaveLength(rows.length + 1)
        expect(new Set(lines.map(length)).size).toBe(1)
      }),
    )
  })

  test('keeps what it was given', () => {
    expect(
      table(columns, [
        { name: 'öffnungszeiten', rows: 7 },
        { name: '👩‍🍳', rows: 1_234_567 },
      ]),
    ).toBe(['NAME                 ROWS', 'öffnungszeiten          7', '👩‍🍳             1,234,567'].join('\n'))
    expect(table(columns, [])).toBe('NAME  ROWS')
  })

  test('facts stand side by side', () => {
    expect(
      facts([
        ['Size', '6.5 MB'],
        ['Id', 'abc'],
      ]),
    ).toBe('  Size  6.5 MB\n  Id    abc')
  })
})

describe('the line of progress', () => {
  const progress: fc.Arbitrary<Progress> = fc.record({
    jobId: fc.uuid(),
    kind: fc.constantFrom(...JobKind.options),
    database: name,
    phase: fc.constantFrom(...JobPhase.options),
    bytes: fc.nat(),
    expectedBytes: fc.option(fc.nat()),
    storedBytes: fc.nat(),
    table: fc.option(name),
    elapsedMs: fc.nat(),
    expectedMs: fc.option(fc.nat()),
  })

  test('always fits into the terminal and into one line', () => {
    fc.assert(
      fc.property(progress, fc.integer({ min: 0, max: 200 }), (one, columns) => {
        const line = progressLine(one, columns)
        expect(length(line)).toBeLessThanOrEqual(Math.max(0, columns - 1))
        expect(line).not.toContain('\n')
      }),
    )
  })

  const half: Progress = {
    jobId: 'j',
    kind: 'backup',
    database: 'till',
    phase: 'dump',
    bytes: 50_000_000,
    expectedBytes: 100_000_000,
    storedBytes: 1,
    table: 'public.orders',
    elapsedMs: 4000,
    expectedMs: 10_000,
  }

  test('shows bytes, table and the time that the last run says is left', () => {
    expect(progressLine(half, 200)).toBe(
      'till: saving  [##########----------]  50 %  50.0 MB  public.orders  4 s, about 6 s left',
    )
  })

  test('promises nothing that nobody knows', () => {
    const first = progressLine({ ...half, expectedBytes: null, expectedMs: null }, 200)
    expect(first).toBe('till: saving  50.0 MB  public.orders  4 s')
    const longer = progressLine({ ...half, bytes: 130_000_000, elapsedMs: 12_000 }, 200)
    expect(longer).toContain('100 %')
    expect(longer).not.toContain('left')
  })
})

test.each([
  [0, '0.0 s'],
  [12_340, '12.3 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [250_000, '4 min 10 s'],
  [3_599_600, '1 h 00 min'],
  [3_900_000, '1 h 05 min'],
])('%i ms are %s', (ms, words) => expect(durationOf(ms)).toBe(words))

test('one is singular and nothing else is', () => {
  expect([0, 1, 2, 1000].map((count) => counted(count, 'table'))).toEqual([
    '0 tables',
    '1 table',
    '2 tables',
    '1,000 tables',
  ])
})
