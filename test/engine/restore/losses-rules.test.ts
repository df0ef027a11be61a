import {
  array,
  assert,
  constantFrom,
  nat,
  option,
  property,
  record,
  shuffledSubarray,
  string,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isNow,
  lossesByCount,
  moneyColumns,
  rowsLost,
  whenMade,
  worstFirst,
  zoneOf,
  type Column,
} from '../../../electron/engine/restore/losses-rules.ts'
import type { TableLoss } from '../../../electron/shared/restore-model.ts'

const column = (name: string, change: Partial<Column> = {}): Column => ({
  name,
  type: 'timestamptz',
  scale: null,
  preset: null,
  required: false,
  position: 1,
  ...change,
})
const money = (name: string, change: Partial<Column> = {}) =>
  column(name, { type: 'numeric', scale: 2, ...change })
const chosen = (...columns: readonly Column[]) =>
  whenMade(columns.map((each, place) => ({ ...each, position: place + 1 })))?.name
const names = [
  'id',
  'created_at',
  'createdAt',
  'Paid At',
  'updated_at',
  'lastSeen',
  'expires_at',
  'geburtstag',
  'birth_date',
  'business_day',
  'total',
  'tax_rate',
  'unit_price',
  'tip_cents',
  'quantity',
  'x',
]
const anyColumns = array(
  record({
    name: constantFrom(...names),
    type: constantFrom<Column['type']>('timestamptz', 'timestamp', 'date', 'numeric', 'money', 'integer'),
    scale: option(nat(30)),
    preset: option(constantFrom('now()', 'CURRENT_TIMESTAMP', "(now() + '1 day'::interval)", '0')),
    required: constantFrom(true, false),
  }),
).map((columns) => columns.map((each, place) => ({ ...each, position: place + 1 })))

describe('the column that tells when a row was made', () => {
  test('is one that the server fills in before one that is only named so', () => {
    expect(chosen(column('ordered_at'), column('at_the_till', { preset: 'now()' }))).toBe('at_the_till')
  })

  test.each([
    [['paid_at', 'created_at', 'kitchen_time'], 'created_at'],
    [['kitchen_time', 'paid_at'], 'paid_at'],
    [['updatedAt', 'kitchenTime'], 'kitchenTime'],
    [['updated_at', 'expires_at'], 'updated_at'],
    [['geändert_am', 'bestellt_am'], 'bestellt_am'],
    [['Inserted On'], 'Inserted On'],
    [['expires_at', 'birth_date', 'deleted_at', 'valid_until', 'reserved_for', 'weather'], undefined],
  ])('of %j is %s', (from, best) => {
    expect(chosen(...from.map((name) => column(name)))).toBe(best)
  })

  test('is a moment rather than a day, and a day rather than the last change', () => {
    const day = column('created_on', { type: 'date', preset: 'CURRENT_DATE' })
    expect(chosen(day, column('paid_at'))).toBe('paid_at')
    expect(chosen(column('updated_at', { preset: 'now()' }), day)).toBe('created_on')
  })

  test('does not depend on the order in which columns come', () => {
    const shuffled = anyColumns.chain((columns) =>
      shuffledSubarray(columns, { minLength: columns.length }).map((mixed) => ({ columns, mixed })),
    )
    const claims = property(shuffled, ({ columns, mixed }) => {
      expect(whenMade(mixed)).toEqual(whenMade(columns))
    })
    assert(claims)
  })

  test('holds moments, is never a planned one, and tells of changes only when nothing else tells', () => {
    const claims = property(anyColumns, (columns) => {
      const best = whenMade(columns)
      if (best === undefined) return
      expect(['timestamptz', 'timestamp', 'date']).toContain(best.type)
      if (!isNow(best.preset)) expect(['expires_at', 'birth_date', 'x', 'id']).not.toContain(best.name)
      const isChange = (each: Column) => /^(?:updated_at|lastSeen)$/.test(each.name)
      if (isChange(best)) expect(whenMade(columns.filter((each) => !isChange(each)))).toBeUndefined()
    })
    assert(claims)
  })
})

test.each([
  ['now()', true],
  ['CURRENT_TIMESTAMP(3)', true],
  ["timezone('utc'::text, now())", true],
  ["(now() AT TIME ZONE 'utc'::text)", true],
  ["('now'::text)::date", true],
  ['(clock_timestamp())::timestamp without time zone', true],
  ["(now() + '01:00:00'::interval)", false],
  ["'2020-01-01'::date", false],
  ['my_now()', false],
  [null, false],
])('the default %s is the present moment: %s', (preset, is) => {
  expect(isNow(preset)).toBe(is)
})

test('a column without a zone is in the one its default names, in that of its tool, or in the server’s', () => {
  const zone = (preset: string | null, tables: string[]) =>
    zoneOf(column('a', { preset }), tables, 'Europe/Rome')
  expect(zone('now()', ['orders'])).toBe('Europe/Rome')
  expect(zone("timezone('UTC'::text, now())", ['orders'])).toBe('UTC')
  expect(zone("(now() AT TIME ZONE 'Asia/Tokyo'::text)", ['_prisma_migrations'])).toBe('Asia/Tokyo')
  expect(zone('CURRENT_TIMESTAMP', ['orders', '_prisma_migrations'])).toBe('UTC')
})

describe('columns whose sum is money', () => {
  test('are told by type and name', () => {
    const columns = [
      money('total'),
      money('tip', { scale: 30 }),
      money('amount', { scale: null }),
      column('till_float', { type: 'money' }),
      column('paid_cents', { type: 'integer' }),
      column('grandTotal', { type: 'numeric', scale: 3 }),
      money('tax_rate'),
      money('total_quantity'),
      money('discount_percent'),
      money('price', { scale: 0 }),
      money('latitude'),
      column('total', { type: 'integer' }),
      column('paid_at'),
    ]
    expect(moneyColumns(columns).map(({ name }) => name)).toEqual([
      'total',
      'tip',
      'amount',
      'till_float',
      'paid_cents',
      'grandTotal',
    ])
  })

  test('are never rates or quantities, and never more than fit a line', () => {
    const claims = property(anyColumns, (columns) => {
      const found = moneyColumns(columns)
      expect(found.length).toBeLessThanOrEqual(6)
      for (const { name } of found) expect(['tax_rate', 'quantity', 'id', 'unit_price']).not.toContain(name)
    })
    assert(claims)
  })
})

describe('the tables that differ', () => {
  const loss = record({
    schema: constantFrom('public', 'kitchen'),
    name: string({ maxLength: 3 }),
    backupRows: option(nat(50)),
    liveRows: option(nat(50)),
    newerRows: option(nat(9)),
  }).map((each): TableLoss => ({ ...each, newestAt: null, sums: [] }))

  test('come with the biggest loss first, and none is left out that differs or could not be read', () => {
    const tables = array(record({ loss, unread: constantFrom(true, false) }))
    const claims = property(tables, (compared) => {
      const listed = worstFirst(compared)
      const lost = listed.map(rowsLost)
      expect(lost).toEqual(lost.toSorted((one, other) => other - one))
      for (const { loss: each, unread } of compared) {
        const differs = each.backupRows !== each.liveRows || (each.newerRows ?? 0) > 0 || unread
        expect(listed.includes(each)).toBe(differs)
      }
    })
    assert(claims)
  })
})

test('two fingerprints tell which tables differ, and nothing of the others', () => {
  const fingerprint = (tables: Record<string, number>) => ({
    tables: Object.entries(tables).map(([name, rows]) => ({
      schema: 'public',
      name,
      kind: 'table' as const,
      rows,
    })),
    sequences: [],
    largeObjects: 0,
    objects: [],
  })
  const found = lossesByCount(
    fingerprint({ same: 5, more: 5, gone: 7 }),
    fingerprint({ same: 5, more: 8, fresh: 1 }),
  )
  expect(found.map(({ name, backupRows, liveRows }) => [name, backupRows, liveRows])).toEqual([
    ['more', 5, 8],
    ['fresh', null, 1],
    ['gone', 7, null],
  ])
})
