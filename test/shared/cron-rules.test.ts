import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  oneof,
  property,
  tuple,
  type Arbitrary,
} from 'fast-check'
import { parse, validate } from 'node-cron'
import { describe, expect, test } from 'vitest'
import { parseCron } from '../../electron/shared/cron-rules.ts'

const part = (from: number, to: number): Arbitrary<string> =>
  oneof(
    { weight: 3, arbitrary: constant('*') },
    { weight: 3, arbitrary: integer({ min: from, max: to }).map(String) },
    integer({ min: 1, max: 6 }).map((step) => `*/${step}`),
    tuple(integer({ min: from, max: to }), integer({ min: from, max: to })).map(
      ([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`,
    ),
    tuple(integer({ min: from, max: to }), integer({ min: from, max: to }), integer({ min: 1, max: 5 })).map(
      ([a, b, step]) => `${Math.min(a, b)}-${Math.max(a, b)}/${step}`,
    ),
  )
const field = (from: number, to: number): Arbitrary<string> =>
  array(part(from, to), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','))

const expression = tuple(
  // Few enough minutes that most expressions are not refused for being too often.
  array(integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 3 }).map((minutes) => minutes.join(',')),
  field(0, 23),
  field(1, 28),
  oneof(field(1, 12), constantFrom('jan', 'Feb', 'mar-may')),
  oneof(field(0, 6), constantFrom('mon', 'Tue,fri', 'sun')),
).map((fields) => fields.join(' '))

const sorted = (values: readonly (number | string)[]): number[] =>
  [...new Set(values.map(Number))].toSorted((a, b) => a - b)

describe('a cron expression', () => {
  test('means here what it means to node-cron', () => {
    assert(
      property(expression, (text) => {
        const cron = parseCron(text)
        expect(validate(text)).toBe(true)
        const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(text)
        if (cron === undefined) {
          expect(sorted(minute).length * sorted(hour).length).toBeGreaterThan(96)
          return
        }
        expect(sorted(cron.minutes)).toEqual(sorted(minute))
        expect(sorted(cron.hours)).toEqual(sorted(hour))
        expect(sorted(cron.daysOfMonth)).toEqual(sorted(dayOfMonth))
        expect(sorted(cron.months)).toEqual(sorted(month))
        expect(sorted(cron.weekdays)).toEqual(sorted(dayOfWeek))
      }),
      { numRuns: 500 },
    )
  })

  test('takes either of two kinds of day when both are named, as crontab(5) says', () => {
    expect(parseCron('0 3 13 * fri')?.eitherDay).toBe(true)
    expect(parseCron('0 3 */2 * fri')?.eitherDay).toBe(false)
    expect(parseCron('0 3 13 * *')?.eitherDay).toBe(false)
    expect(parseCron('0 3 * * 5')?.eitherDay).toBe(false)
  })

  test.each([
    '60 3 * * *',
    '0 3 0 * *',
    '0 3 * 13 *',
    '0 3 * * 8',
    '0 3 31 4,6 *',
    '0-5-9 3 * * *',
    '1/ 3 * * *',
    ', 3 * * *',
  ])('that cannot be, “%s”, is none', (text) => expect(parseCron(text)).toBeUndefined())
})
