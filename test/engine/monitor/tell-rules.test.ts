import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDue, isSolvedDue, mayTry, type Tellable } from '../../../electron/engine/monitor/tell-rules.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const now = Date.UTC(2026, 10, 3, 14)

const alert: Tellable = {
  id: 'a1b2c3',
  code: 'BACKUP_CORRUPT',
  level: 'at-risk',
  openedAt: now,
  acknowledgedAt: null,
  resolvedAt: null,
}

/** The moments at which an alert is told that is looked at so often. */
function toldWithin(spanMs: number, everyMs: number, one: Tellable = alert): number[] {
  const moments: number[] = []
  for (let at = now; at < now + spanMs; at += everyMs) {
    const last = moments.at(-1)
    const told = last === undefined ? undefined : { count: moments.length, toldAt: last, solvedAt: null }
    if (isDue(one, told, at)) moments.push(at)
  }
  return moments.map((at) => at - now)
}

describe('an alert that goes on', () => {
  test('is told at once, after four hours, and then every day', () => {
    expect(toldWithin(3 * day, minute)).toEqual([0, 4 * hour, 28 * hour, 52 * hour])
  })

  test('is told once a week when somebody has said that they know', () => {
    expect(toldWithin(20 * day, hour, { ...alert, acknowledgedAt: now })).toEqual([7 * day, 14 * day])
  })

  test.each([
    ['DB_UNREACHABLE', 30 * minute],
    ['NO_BACKUP', 50 * minute],
    ['BACKUP_STALE', 30 * minute],
    ['KEY_UNCONFIRMED', day],
    ['DISK_FULL', 0],
  ])('%s is first told after %i ms', (code, patience) => {
    expect(toldWithin(2 * day, minute, { ...alert, code })[0]).toBe(patience)
  })

  test('is never sent when it is a notice or somebody’s own decision', () => {
    expect(toldWithin(30 * day, hour, { ...alert, level: 'notice' })).toEqual([])
    expect(toldWithin(30 * day, hour, { ...alert, level: 'paused' })).toEqual([])
  })

  test('is told again when the clock that it was told by was ahead', () => {
    const told = { count: 1, toldAt: now + 300 * day, solvedAt: null }
    expect(isDue(alert, told, now)).toBe(true)
    expect(isDue({ ...alert, acknowledgedAt: now + 300 * day }, undefined, now)).toBe(true)
    expect(isDue({ ...alert, code: 'KEY_UNCONFIRMED', openedAt: now + 300 * day }, undefined, now)).toBe(true)
  })

  test('is told neither twice within four hours nor later than a day, however often it is looked at', () => {
    assert(
      property(array(integer({ min: 1, max: 6 * 60 }), { maxLength: 200 }), (gaps) => {
        let at = now
        let told: { count: number; toldAt: number; solvedAt: null } | undefined
        for (const gap of gaps) {
          const before = at
          at += gap * minute
          const isTold = isDue(alert, told, at)
          if (isTold && told !== undefined) expect(at - told.toldAt).toBeGreaterThanOrEqual(4 * hour)
          // Had it been due at the look before, it would have been told then.
          if (told !== undefined) expect(before - told.toldAt).toBeLessThan(day)
          if (isTold) told = { count: (told?.count ?? 0) + 1, toldAt: at, solvedAt: null }
        }
      }),
    )
  })
})

test('the end is told once to who heard of the trouble, and to nobody else', () => {
  const told = record({
    count: integer({ min: 1, max: 9 }),
    toldAt: integer({ min: now - day, max: now }),
    solvedAt: constantFrom(null, now - 2 * day, now),
  })
  assert(
    property(told, boolean(), (one, isOver) => {
      const solved = isSolvedDue({ ...alert, resolvedAt: isOver ? now : null }, one)
      expect(solved).toBe(isOver && (one.solvedAt === null || one.solvedAt < one.toldAt))
    }),
  )
  expect(isSolvedDue({ ...alert, resolvedAt: now }, undefined)).toBe(false)
})

test('what ends by the next backup is not called solved', () => {
  const told = { count: 1, toldAt: now - hour, solvedAt: null }
  expect(isSolvedDue({ ...alert, code: 'ROWS_UNUSUAL', resolvedAt: now }, told)).toBe(false)
})

test('a channel that fails is tried after 1, 5 and 15 minutes, and then every hour', () => {
  const waits = [1, 2, 3, 4, 50].map((tries) => {
    let at = now
    while (!mayTry({ tries, triedAt: now }, at)) at += minute
    return (at - now) / minute
  })
  expect(waits).toEqual([1, 5, 15, 60, 60])
  expect(mayTry({ tries: 0, triedAt: now }, now)).toBe(true)
  expect(mayTry({ tries: 9, triedAt: now + 300 * day }, now)).toBe(true)
})
