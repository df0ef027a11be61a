import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  option,
  property,
  record,
  string,
  tuple,
} from 'fast-check'
import { expect, test } from 'vitest'
import { Probe } from '../../../electron/shared/model.ts'
import {
  candidates,
  daysFor,
  tradesOf,
  type TableFacts,
} from '../../../electron/engine/verify/propose-probes-rules.ts'

const column = record({
  name: constantFrom('created_at', 'paid_on', 'total', 'Amount', 'note', 'expires_at', 'cents'),
  type: constantFrom('timestamptz', 'timestamp', 'date', 'numeric', 'money', 'integer'),
  scale: constantFrom(null, 0, 2),
  preset: constantFrom(null, 'now()'),
  required: constant(true),
  position: integer({ min: 1, max: 9 }),
} as const)
const link = record({
  pairs: array(tuple(string({ minLength: 1 }), string({ minLength: 1 })), { minLength: 1, maxLength: 3 }),
  parent: constant('public.menus'),
  parentName: string({ minLength: 1, maxLength: 63 }),
})
const table = record({
  schema: constantFrom('public', 'office'),
  name: string({ minLength: 1, maxLength: 63 }),
  quoted: constantFrom('public.orders', 'office."Größe"'),
  bytes: integer({ min: 0, max: 1_000_000 }),
  columns: array(column, { maxLength: 5 }),
  links: array(link, { maxLength: 4 }),
  referencedBy: integer({ min: 0, max: 5 }),
})

test('whatever a database is like, each proposal is a probe that a plan can hold, with a name of its own', () => {
  assert(
    property(array(table, { maxLength: 12 }), option(integer({ min: -5, max: 200 })), (tables, rhythm) => {
      const paces = tradesOf(tables).map((trade) => ({ ...trade, days: daysFor(rhythm) }))
      const proposed = candidates('till', tables, paces)
      expect(Probe.array().parse(proposed)).toEqual(proposed)
      expect(new Set(proposed.map(({ name }) => name)).size).toBe(proposed.length)
      expect(proposed.length).toBeLessThanOrEqual(15)
    }),
  )
})

test('the biggest tables that tell when their rows were made are the trade', () => {
  assert(
    property(array(table, { maxLength: 12 }), (tables) => {
      const trades = tradesOf(tables)
      const smallest = trades.at(-1)?.table.bytes ?? 0
      const telling = tables.filter((one) => tradesOf([one]).length === 1)
      expect(trades).toHaveLength(Math.min(3, telling.length))
      const left = telling.filter((one) => !trades.some((trade) => trade.table === one))
      for (const one of left) expect(one.bytes).toBeLessThanOrEqual(smallest)
    }),
  )
})

test('a rhythm becomes a stretch of one day to a month', () => {
  expect([null, 0, 1, 2, 7, 31, 90].map(daysFor)).toEqual([1, 1, 1, 2, 7, 31, 31])
})

test('no table without time, money, parents or children gives a reason to ask', () => {
  const plain: TableFacts = {
    schema: 'public',
    name: 'notes',
    quoted: 'public.notes',
    bytes: 1,
    columns: [],
    links: [],
    referencedBy: 0,
  }
  expect(candidates('till', [plain], [])).toEqual([])
})
