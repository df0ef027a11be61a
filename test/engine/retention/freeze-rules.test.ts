import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freezeOf, hasShrunk, type FreezeFacts } from '../../../electron/engine/retention/freeze-rules.ts'
import { isClockPlausible } from '../../../electron/engine/retention/clock-rules.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const now = Date.UTC(2027, 10, 3, 3, 40)
const utc = (): number => 0
const night = (n: number, bytes = 1000, rows = 1000) => ({ takenAt: now - n * day, bytes, rows })
const usual = Array.from({ length: 30 }, (_, n) => night(n))

const calm: FreezeFacts = {
  now,
  lastSeenAt: now - minute,
  jumpedAt: null,
  backups: 30,
  futureBackups: 0,
  isBusy: false,
  lastRun: 'done',
  good: usual,
  offsetAt: utc,
}

describe('nothing is deleted', () => {
  test.each<[string, Partial<FreezeFacts>, ReturnType<typeof freezeOf>]>([
    ['but on an ordinary night', {}, null],
    ['when the clock was put back by an hour', { now: now - hour }, 'clock'],
    ['when it was put back by years', { now: Date.UTC(2010, 0) }, 'clock'],
    ['before there was a Larder', { now: 0, lastSeenAt: -minute }, 'clock'],
    ['when the clock went years ahead', { now: now + 1461 * day }, 'clock'],
    ['when it went two days ahead', { now: now + 2 * day }, 'clock'],
    ['right after a jump, even if Larder has worked since', { jumpedAt: now - hour }, 'clock'],
    ['but when the clock has been steady since', { jumpedAt: now - 7 * hour }, null],
    ['when nothing tells of the clock', { lastSeenAt: null }, 'clock'],
    ['when much is dated in the future', { futureBackups: 4 }, 'clock'],
    ['but because of a few of the future', { futureBackups: 3 }, null],
    ['when the last backup failed', { lastRun: 'failed' }, 'failed'],
    ['when there was none since the list was made', { lastRun: null }, 'no-backup'],
    ['when none is good', { good: [] }, 'no-backup'],
    ['while something reads a backup', { isBusy: true }, 'busy'],
    ['when the newest is small', { good: [night(0, 499), ...usual.slice(1)] }, 'shrunk'],
    ['when rows are gone', { good: [night(0, 1000, 499), ...usual.slice(1)] }, 'shrunk'],
    ['but when it is a little smaller', { good: [night(0, 500, 500), ...usual.slice(1)] }, null],
    ['but with too little to compare', { good: [night(0, 1), night(1), night(2)] }, null],
  ])('%s', (_, change, expected) => expect(freezeOf({ ...calm, ...change })).toBe(expected))
})

describe('what is usual', () => {
  const quietMondays = Array.from({ length: 70 }, (_, n) => {
    const isMonday = new Date(now - n * day).getUTCDay() === 1
    return night(n, isMonday ? 2000 : 900)
  })
  const mondayAt = (size: number) => [
    { ...night(0, size), takenAt: now + (1 - new Date(now).getUTCDay() + 7) * day },
    ...quietMondays,
  ]

  test('is told by the same weekday, too', () => {
    expect(hasShrunk(mondayAt(1000), utc)).toBe(false)
    expect(hasShrunk(mondayAt(990), utc)).toBe(true)
  })

  test('becomes small when it stays small', () => {
    const shrunk = (nights: number): boolean =>
      hasShrunk(
        [
          ...Array.from({ length: nights }, (_, n) => night(n, 100)),
          ...usual.map((one) => ({ ...one, takenAt: one.takenAt - nights * day })),
        ],
        utc,
      )
    expect([1, 2, 5].map(shrunk)).toEqual([true, true, true])
    expect(shrunk(60)).toBe(false)
  })

  test('is never missed by a backup as large as all before it', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 40 })
    fc.assert(
      fc.property(sizes, (all) => {
        const largest = Math.max(1, ...all)
        const history = all.map((bytes, n) => night(n + 1, bytes, bytes))
        expect(hasShrunk([night(0, largest, largest), ...history], utc)).toBe(false)
        if (all.length >= 3) expect(hasShrunk([night(0, 0, 0), ...history], utc)).toBe(true)
      }),
    )
  })
})

test('no clock is believed that is before what was written down', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 4e12 }), (at, lastSeenAt) => {
      const facts = { now: at, lastSeenAt, jumpedAt: null, backups: 9, futureBackups: 0 }
      if (at < lastSeenAt - 5 * minute || at > lastSeenAt + day) expect(isClockPlausible(facts)).toBe(false)
    }),
  )
})
