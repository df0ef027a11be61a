import { describe, expect, test } from 'vitest'
import { decide, type Copy } from '../../../electron/engine/retention/retention-rules.ts'
import { offsetsOf } from '../../../electron/engine/schedule/zone.ts'
import { retentionOf, type Retention } from '../../../electron/shared/retention-model.ts'
import { copyOf, kept, type Decided } from './copies.ts'

const hour = 3_600_000
const day = 24 * hour
const zone = 'Europe/Berlin'
const offsetAt = offsetsOf(zone)
const production = retentionOf({ kind: 'production' })
const thisPc = { days: 7, keepsAll: true }

const shown = (at: number): string =>
  new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short', timeZone: zone }).format(at)

/** Prunes after every backup, as Larder does; returns what is there at the end, with its reasons. */
function live(
  moments: readonly number[],
  policy: Retention,
  more: (at: number) => Partial<Copy> = () => ({}),
): { readonly copies: readonly Copy[]; readonly reasons: readonly string[] } {
  let copies: Copy[] = []
  let last: Decided = []
  for (const [index, at] of moments.entries()) {
    copies = [...copies, copyOf(`b${index}`, at, more(at))]
    last = decide(copies, policy, { now: at + 60_000, offsetAt, place: thisPc })
    copies = kept(last)
  }
  return {
    copies,
    reasons: last
      .filter(({ verdict }) => verdict.action === 'keep')
      .map(({ copy, verdict }) => `${shown(copy.takenAt)} ${verdict.because}`),
  }
}

/** Wall-clock times of every day of a year. */
const wall = (month: number, date: number, time: number): number => {
  const utc = Date.UTC(2027, month, date) + time * hour
  return utc - offsetAt(utc - hour)
}
const everySixHours = Array.from({ length: 365 }, (_, n) =>
  [3.5, 9.5, 15.5, 21.5].map((time) => wall(0, 1 + n, time)),
).flat()
const isNight = (at: number): Partial<Copy> => ({ isProven: shown(at).endsWith('03:30') })

describe('a year of the Production plan', () => {
  const { copies, reasons } = live(everySixHours, production, isNight)

  test('leaves this', () => {
    expect(reasons.slice(0, 29)).toEqual([
      '2027-12-31 21:30 newest',
      '2027-12-31 15:30 recent',
      '2027-12-31 09:30 recent',
      '2027-12-31 03:30 newest',
      ...[30, 29, 28, 27, 26, 25].flatMap((date) =>
        ['21:30', '15:30', '09:30', '03:30'].map((time) => `2027-12-${date} ${time} recent`),
      ),
      '2027-12-24 03:30 daily',
    ])
    expect(reasons.slice(29)).toEqual(
      [
        ...Array.from({ length: 22 }, (_, n) => `2027-12-${String(23 - n).padStart(2, '0')} 03:30 daily`),
        '2027-11-28 03:30 weekly',
        '2027-11-21 03:30 weekly',
        '2027-11-14 03:30 weekly',
        '2027-11-07 03:30 weekly',
        '2027-10-31 03:30 weekly',
        '2027-10-24 03:30 weekly',
        '2027-10-17 03:30 weekly',
        '2027-11-30 03:30 monthly',
        '2027-09-30 03:30 monthly',
        '2027-08-31 03:30 monthly',
        '2027-07-31 03:30 monthly',
        '2027-06-30 03:30 monthly',
        '2027-05-31 03:30 monthly',
        '2027-04-30 03:30 monthly',
        '2027-03-31 03:30 monthly',
        '2027-02-28 03:30 monthly',
        '2027-01-31 03:30 monthly',
      ]
        .toSorted()
        .toReversed(),
    )
  })

  test('leaves the same when nothing was deleted before its end', () => {
    const all = everySixHours.map((at, index) => copyOf(`b${index}`, at, isNight(at)))
    const now = (everySixHours.at(-1) ?? 0) + 60_000
    expect(kept(decide(all, production, { now, offsetAt, place: thisPc }))).toEqual(copies)
  })

  test('gives everything back to a place that was closed for a season', () => {
    const june = wall(5, 1, 3.5)
    const until = everySixHours.filter((at) => at < june)
    const [before, after] = [
      live(until, production, isNight),
      live([...until, wall(11, 1, 3.5)], production, isNight),
    ]
    const lost = before.copies.filter(({ id }) => !after.copies.some((copy) => copy.id === id))
    // Of the last week before, only what was taken between the nights; and one week for the one that came.
    expect(lost.filter(({ isProven }) => isProven).map(({ takenAt }) => shown(takenAt))).toEqual([
      '2027-03-21 03:30',
    ])
    expect(lost.length).toBe(28 - 7 + 1)
  })
})

test('a year of the Staging plan leaves four weeks, besides the floor', () => {
  const sundays = Array.from({ length: 52 }, (_, n) => wall(0, 3 + 7 * n, 3.5))
  const { reasons } = live(sundays, retentionOf({ kind: 'staging' }))
  expect(reasons).toEqual([
    '2027-12-26 03:30 newest',
    '2027-12-19 03:30 weekly',
    '2027-12-12 03:30 weekly',
    '2027-12-05 03:30 weekly',
  ])
})

describe('a farther place', () => {
  const now = wall(11, 31, 12)
  const nights = Array.from({ length: 300 }, (_, n) => now - 8.5 * hour - n * day)
  const reasonsOf = (isHeldFarther: (index: number) => boolean): Record<string, number> => {
    const copies = nights.map((at, index) =>
      copyOf(`b${index}`, at, { isProven: index > 2, isHeldFarther: isHeldFarther(index) }),
    )
    const decided = decide(copies, production, { now, offsetAt, place: thisPc })
    const counts: Record<string, number> = {}
    for (const { verdict } of decided) counts[verdict.because] = (counts[verdict.because] ?? 0) + 1
    return counts
  }

  test('lets this PC forget what is older than its days, but never the floor', () => {
    expect(reasonsOf(() => true)).toMatchObject({ newest: 2, recent: 5, 'held-farther': 23 + 7 + 8 })
    const copies = nights.map((at, index) =>
      copyOf(`b${index}`, at, { isProven: index > 99, isHeldFarther: true }),
    )
    const proven = kept(decide(copies, production, { now, offsetAt, place: thisPc })).filter(
      (copy) => copy.isProven,
    )
    expect(proven.map(({ id }) => id)).toEqual(['b100', 'b101', 'b102'])
  })

  test('takes nothing away that it does not hold', () => {
    expect(reasonsOf(() => false)).toMatchObject({ daily: 23 })
    expect(reasonsOf((index) => index !== 20)).toMatchObject({ daily: 1 })
  })

  test('keeps no more than the tiers want, for its own days', () => {
    const cloud = { days: 90, keepsAll: false }
    const copies = everySixHours
      .filter((at) => at < now)
      .map((at, index) => copyOf(`b${index}`, at, { ...isNight(at), isHeldFarther: true }))
    const left = kept(decide(copies, production, { now, offsetAt, place: cloud }))
    expect(left.every(({ takenAt }) => now - takenAt < 90 * day)).toBe(true)
    expect(left.length).toBe(1 + 30 + 7 + 1)
  })
})

test('60 failed nights cost nothing', () => {
  const now = wall(10, 1, 12)
  const good = Array.from({ length: 5 }, (_, n) => copyOf(`g${n}`, now - (61 + n) * day, { isProven: true }))
  const failed = Array.from({ length: 60 }, (_, n) => copyOf(`f${n}`, now - (n + 1) * day, { isGood: false }))
  const none = { ...production, daily: 0, weekly: 0, monthly: 1 }
  expect(kept(decide([...good, ...failed], none, { now, offsetAt, place: thisPc }))).toHaveLength(63)
})

test('10,000 backups are decided about in less than 20 ms', () => {
  const now = Date.UTC(2033, 4, 3)
  const copies = Array.from({ length: 10_000 }, (_, n) =>
    copyOf(`b${n}`, now - n * 6 * hour, { isProven: n % 4 === 0, isGood: n % 50 !== 0 }),
  )
  const spent = Array.from({ length: 9 }, () => {
    const from = process.cpuUsage()
    decide(copies, production, { now, offsetAt: offsetsOf(zone), place: thisPc })
    return process.cpuUsage(from).user / 1000
  })
  expect(spent.toSorted((a, b) => a - b)[4]).toBeLessThan(20)
})
