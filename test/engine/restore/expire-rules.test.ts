import { assert, boolean, integer, option, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { expiring, fateOf } from '../../../electron/engine/restore/expire-rules.ts'

const day = 86_400_000
const kept = record({
  kept_until: option(integer({ min: 0, max: 30 * day })),
  warned_at: option(integer({ min: 0, max: 30 * day })),
}).map((one) => ({ ...one, database: 'till' }))

test('a kept database is never dropped before its end, without three days of warning, or without a newer backup', () => {
  assert(
    property(kept, boolean(), integer({ min: 0, max: 60 * day }), (one, backedUpSince, now) => {
      if (fateOf({ ...one, backedUpSince }, now) !== 'drop') return
      expect(backedUpSince).toBe(true)
      expect(now).toBeGreaterThanOrEqual(one.kept_until ?? Infinity)
      expect(now - (one.warned_at ?? Infinity)).toBeGreaterThanOrEqual(3 * day)
    }),
  )
})

test('a computer that was off while it should have warned warns first, and drops three days later', () => {
  const one = { database: 'till', kept_until: 14 * day, warned_at: null, backedUpSince: true }
  expect(fateOf(one, 10 * day)).toBe('keep')
  expect(fateOf(one, 20 * day)).toBe('warn')
  const warned = { ...one, warned_at: 20 * day }
  expect(fateOf(warned, 22 * day)).toBe('keep')
  expect(fateOf(warned, 23 * day)).toBe('drop')
  expect(expiring([warned], 22 * day)).toEqual([{ database: 'till', since: 20 * day, at: 23 * day }])
})

test('whatever is dropped at some moment was announced a moment before', () => {
  assert(
    property(kept, integer({ min: 1, max: 60 * day }), (one, now) => {
      if (fateOf({ ...one, backedUpSince: true }, now) === 'drop')
        expect(expiring([one], now)).toHaveLength(1)
    }),
  )
})
