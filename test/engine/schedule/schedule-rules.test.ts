import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  clockStep,
  decide,
  maxAges,
  newSlots,
  nextBackupAt,
  nextTryAt,
  pauseAt,
  tomorrow,
  type Circumstances,
  type DueSlot,
} from '../../../electron/engine/schedule/schedule-rules.ts'
import { slotsBetween } from '../../../electron/engine/schedule/slot-times-rules.ts'
import { offsetsOf } from '../../../electron/engine/schedule/zone.ts'
import { scheduleOf } from '../../../electron/shared/schedule-model.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const now = Date.UTC(2026, 10, 3, 14)
const berlin = offsetsOf('Europe/Berlin')
const production = scheduleOf({ kind: 'production' })

const onTime: DueSlot = { task: 'backup', at: now - minute, attempts: 0, nextTryAt: null }
const late: DueSlot = { ...onTime, at: now - 5 * hour }
const quiet: Circumstances = {
  now,
  pausedUntil: null,
  isBusy: false,
  awakeMs: day,
  closesAt: null,
  isBackupOpen: false,
  waitedInVain: false,
}
const said = (slot: DueSlot, facts: Partial<Circumstances> = {}): string => {
  const decision = decide(slot, { ...quiet, ...facts })
  return decision.act === 'wait' ? decision.reason : decision.act
}

describe('a backup that is due', () => {
  test('on time is begun at once, guests or not', () => {
    expect(said(onTime)).toBe('run')
    expect(said(onTime, { closesAt: now + 20 * minute, awakeMs: 0 })).toBe('run')
  })

  test('is not begun while somebody holds it back or works in the same place', () => {
    expect(said(onTime, { pausedUntil: now + 1 })).toBe('paused')
    expect(said(onTime, { isBusy: true })).toBe('busy')
  })

  test('after a night of sleep is not begun at once, but once PostgreSQL answers', () => {
    expect(said(late, { awakeMs: minute })).toBe('starting')
    expect(said(late, { awakeMs: 3 * minute })).toBe('ask-server')
    expect(said(late, { awakeMs: 16 * minute })).toBe('run')
  })

  test('late waits for closing time when that is near, and no longer', () => {
    expect(said(late, { closesAt: now + hour })).toBe('trading')
    expect(said(late, { closesAt: now + hour + 1 })).toBe('run')
  })

  test('that failed is tried again when its time has come, sooner at first', () => {
    const tries = [1, 2, 3, 4, 5, 6].map((attempts) => (nextTryAt(attempts, now) - now) / minute)
    expect(tries).toEqual([2, 5, 15, 30, 60, 60])
    expect(said({ ...late, attempts: 1, nextTryAt: now + 1 })).toBe('failed')
    expect(said({ ...late, attempts: 1, nextTryAt: now })).toBe('run')
  })

  test('is tried again at once when the next try was set by a clock that was years ahead', () => {
    expect(said({ ...late, attempts: 3, nextTryAt: now + 1000 * day })).toBe('run')
  })
})

describe('a proof that is due', () => {
  const proof: DueSlot = { ...onTime, task: 'proof' }

  test('waits for the backup that it is of, for other work, and for the last guest', () => {
    expect(said(proof)).toBe('run')
    expect(said(proof, { isBackupOpen: true })).toBe('backup-first')
    expect(said(proof, { isBusy: true })).toBe('busy')
    expect(said(proof, { closesAt: now + 9 * hour })).toBe('trading')
  })

  test('does not wait for quiet hours a second time when there were none the day before', () => {
    expect(said(proof, { closesAt: now + 9 * hour, waitedInVain: true })).toBe('run')
  })
})

describe('the slots of a stretch of time', () => {
  test('are one to be done, and the ones before it missed', () => {
    const { missed, due, stretchTo } = newSlots(production.backup, now - 2 * day, now, berlin)
    expect([missed.length, stretchTo]).toEqual([7, null])
    expect(due).toBe(Date.parse('2026-11-03T08:30:00Z'))
  })

  test('of years are never counted one by one', () => {
    const startedAt = performance.now()
    const { missed, stretchTo } = newSlots(production.backup, now - 16 * 365 * day, now, berlin)
    expect(performance.now() - startedAt).toBeLessThan(100)
    expect(missed.length).toBeLessThan(42)
    expect(stretchTo).toBe(now - 10 * day)
  })

  test('all have their place: due, missed one by one, or within the stretch', () => {
    assert(
      property(integer({ min: 0, max: 40 * 24 }), integer({ min: -9000, max: 9000 }), (hours, shift) => {
        const [until, from] = [now + shift * hour, now + (shift - hours) * hour]
        const found = newSlots(production.backup, from, until, berlin)
        const all = slotsBetween(production.backup, from, until, berlin)
        const within = all.filter((slot) => found.stretchTo !== null && slot <= found.stretchTo)
        const due = found.due === null ? [] : [found.due]
        expect([...within, ...found.missed, ...due]).toEqual(all)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the clock', () => {
  test.each([
    [0, 'steady'],
    [30 * 1000, 'steady'],
    [23 * hour, 'steady'],
    [25 * hour, 'far ahead'],
    [-4 * minute, 'steady'],
    [-6 * minute, 'corrected'],
    [-hour, 'corrected'],
    [-hour - 1, 'back'],
    [-4 * 365 * day, 'back'],
  ])('that shows %d ms more than before went %s', (ms, step) => expect(clockStep(now, now + ms)).toBe(step))
})

describe('a pause', () => {
  test('holds until its end, unless it was made by a clock that was wrong', () => {
    const made = { pausedAt: now, pausedUntil: now + hour }
    expect(pauseAt(made, now + hour - 1)).toBe(now + hour)
    expect(pauseAt(made, now + hour)).toBeNull()
    expect(pauseAt(made, now - day)).toBeNull()
    expect(pauseAt({ pausedAt: null, pausedUntil: null }, now)).toBeNull()
    expect(pauseAt({ pausedAt: now - day, pausedUntil: now + 100 * day }, now)).toBeNull()
  })

  test('until tomorrow ends before the backup of the night, and within a day', () => {
    assert(
      property(
        constantFrom('Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
        integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) }),
        (zone, at) => {
          const until = tomorrow(at, offsetsOf(zone))
          const [next] = slotsBetween(
            [{ every: 'day', at: ['03:30'] }],
            until,
            until + 2 * day,
            offsetsOf(zone),
          )
          expect(until - at).toBeGreaterThan(0)
          expect(until - at).toBeLessThanOrEqual(25 * hour)
          expect((next ?? 0) - until).toBe(30 * minute)
        },
      ),
    )
  })
})

describe('the next backup', () => {
  const facts = { now, pausedUntil: null, nextTryAt: null }
  const next = Date.parse('2026-11-03T14:30:00Z')

  test('is expected at the next slot, at the next try, or at the end of a pause', () => {
    expect(nextBackupAt(production.backup, facts, berlin)).toBe(next)
    expect(nextBackupAt(production.backup, { ...facts, nextTryAt: now + 5 * minute }, berlin)).toBe(
      now + 5 * minute,
    )
    expect(nextBackupAt(production.backup, { ...facts, nextTryAt: now - 5 }, berlin)).toBe(next)
    expect(nextBackupAt(production.backup, { ...facts, pausedUntil: now + hour }, berlin)).toBe(now + hour)
    expect(nextBackupAt([], facts, berlin)).toBeNull()
  })
})

test('a backup may be 25 hours old for a plan of every day, and eight days for one of every week', () => {
  expect(maxAges(production)).toEqual({ backup: 25 * hour, proof: 48 * hour })
  expect(maxAges(scheduleOf({ kind: 'staging' })).backup).toBe(8 * day)
  const monthly = [{ every: 'cron' as const, cron: '30 3 1 * *' }]
  expect(maxAges({ backup: monthly, proof: [] })).toEqual({ backup: 32 * day, proof: 32 * day })
})
