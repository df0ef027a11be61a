import { array, assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  anomaliesOf,
  comparable,
  type Look,
  type TableRows,
} from '../../../electron/engine/monitor/anomaly-rules.ts'
import { offsetsOf } from '../../../electron/engine/schedule/zone.ts'

const day = 86_400_000
const now = Date.UTC(2026, 10, 3, 14)
const rome = offsetsOf('Europe/Rome')

const table = (name: string, rows: number, isPartitioned = false): TableRows => ({
  name,
  rows,
  isPartitioned,
})
const tables = [table('public.orders', 10_000), table('public.staff', 12), table('public.dishes', 200)]
const look = (daysAgo: number, change: Partial<Look> = {}): Look => ({
  id: `b${daysAgo}`,
  takenAt: now - daysAgo * day,
  bytes: 1_000_000,
  server: '7300',
  tables,
  ...change,
})
const usual = [7, 14, 21].map((daysAgo) => look(daysAgo))
const found = (change: Partial<Look>, past: readonly Look[] = usual) =>
  anomaliesOf(look(0, change), past, look(1))
const without = (name: string): TableRows[] => tables.filter((one) => one.name !== name)

describe('the newest backup', () => {
  test('is compared with the same weekday, or with those before it while there are too few', () => {
    const daily = Array.from({ length: 40 }, (_, ago) => look(ago))
    expect(comparable(daily, rome).map(({ id }) => id)).toEqual(['b7', 'b14', 'b21', 'b28', 'b35'])
    expect(comparable(daily.slice(0, 10), rome).map(({ id }) => id)).toHaveLength(8)
    expect(comparable(daily.slice(0, 3), rome)).toEqual([])
  })

  test('is usual when it is as the others', () => {
    expect(found({})).toEqual([])
    expect(found({ bytes: 600_000 })).toEqual([])
    expect(found({ bytes: 2_900_000 })).toEqual([])
  })

  test.each([499_999, 3_000_001])('of %i bytes is odd where a million is usual', (bytes) => {
    expect(found({ bytes })).toEqual([{ what: 'size', bytes, usualBytes: 1_000_000 }])
  })

  test('is odd where a table is gone, or has lost more than 30 % of the fewest rows it had', () => {
    expect(found({ tables: without('public.staff') })).toEqual([
      { what: 'table-gone', table: 'public.staff' },
    ])
    const rows = (count: number) =>
      found({ tables: [...without('public.orders'), table('public.orders', count)] })
    expect(rows(7000)).toEqual([])
    expect(rows(6999)).toEqual([{ what: 'rows-fell', table: 'public.orders', rows: 6999, lowest: 10_000 }])
  })

  test('may lose rows of a table that has few, or that had as few before', () => {
    expect(found({ tables: [...without('public.staff'), table('public.staff', 1)] })).toEqual([])
    const quiet = look(28, { tables: [...without('public.orders'), table('public.orders', 300)] })
    expect(found({ tables: quiet.tables }, [...usual, quiet])).toEqual([])
  })

  test('may lose a partition, and not the rows of the whole table', () => {
    const parted = [
      table('public.sales', 900, true),
      table('public.sales_2025', 400),
      table('public.sales_2026', 500),
    ]
    const past = usual.map((one) => ({ ...one, tables: parted }))
    const odd = (rows: number) =>
      anomaliesOf(
        look(0, { tables: [table('public.sales', rows, true), table('public.sales_2026', 500)] }),
        past,
        past[0],
      )
    expect(odd(900)).toEqual([])
    expect(odd(500)).toMatchObject([{ what: 'rows-fell', table: 'public.sales' }])
  })

  test('tells when it comes from another server or holds another database', () => {
    expect(found({ server: '7301' })).toEqual([{ what: 'other-server' }])
    expect(found({ server: null })).toEqual([])
    expect(found({ tables: [table('public.songs', 5)], bytes: 5 })).toEqual([{ what: 'other-tables' }])
    expect(anomaliesOf(look(0, { tables: [] }), [], undefined)).toEqual([])
  })

  test('is never odd for having more rows than ever', () => {
    assert(
      property(array(integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 9 }), (counts) => {
        const past = counts.map((rows, at) => look(7 * (at + 1), { tables: [table('public.orders', rows)] }))
        const most = Math.max(...counts)
        const newest = look(0, { tables: [table('public.orders', most + 1)] })
        expect(anomaliesOf(newest, past, past[0])).toEqual([])
      }),
    )
  })
})
