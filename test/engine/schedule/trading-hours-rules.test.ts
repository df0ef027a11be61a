import { describe, expect, test } from 'vitest'
import { closesAt } from '../../../electron/engine/schedule/trading-hours-rules.ts'
import { offsetsOf } from '../../../electron/engine/schedule/zone.ts'
import { Weekday, type TradingHours } from '../../../electron/shared/schedule-model.ts'

const all = [...Weekday.options]
const hours: readonly TradingHours[] = [
  { on: ['tue', 'wed', 'thu'], from: '11:30', to: '14:30' },
  { on: ['tue', 'wed', 'thu'], from: '14:00', to: '16:00' },
  { on: ['fri', 'sat'], from: '18:00', to: '02:00' },
]
/** At a moment of the wall clock in Berlin, November 2026; the 3rd is a Tuesday. */
const closing = (wall: string, trading = hours): string | null => {
  const at = closesAt(trading, Date.parse(`2026-11-${wall}:00+01:00`), offsetsOf('Europe/Berlin'))
  return at === null ? null : new Date(at + 3_600_000).toISOString().slice(8, 16)
}

describe('a restaurant', () => {
  test.each([
    ['03T11:29', null],
    ['03T11:30', '03T16:00'],
    ['03T14:29', '03T16:00'],
    ['03T16:00', null],
    ['02T12:00', null],
    ['06T20:00', '07T02:00'],
    ['07T01:59', '07T02:00'],
    ['08T01:00', '08T02:00'],
    ['08T20:00', null],
  ])('closes, seen at %s, at %s', (at, expected) => expect(closing(at)).toBe(expected))

  test('that never closes has no quiet hours to wait for', () => {
    expect(closing('03T12:00', [{ on: all, from: '00:00', to: '00:00' }])).toBeNull()
    expect(
      closing('03T12:00', [
        { on: all, from: '06:00', to: '18:00' },
        { on: all, from: '17:00', to: '07:00' },
      ]),
    ).toBeNull()
  })

  test('without hours is never open', () => expect(closing('03T12:00', [])).toBeNull())

  test('that is open through the autumn night closes when its clock says so', () => {
    const open: readonly TradingHours[] = [{ on: ['sat'], from: '18:00', to: '04:00' }]
    const at = closesAt(open, Date.parse('2026-10-24T23:00Z'), offsetsOf('Europe/Berlin'))
    expect(at).toBe(Date.parse('2026-10-25T03:00Z'))
  })
})
