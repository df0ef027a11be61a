import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hangBell, type Bell } from '../../../electron/engine/schedule/bell.ts'

const minute = 60_000
const hour = 60 * minute
const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

let rung: number[] = []
let next: number | null
let bell: Bell
// Not the one of the fake timers.
const realNow = process.hrtime.bigint.bind(process.hrtime)

describe('the bell', () => {
  beforeEach(() => {
    // Seven seconds off, so that no heartbeat falls on a full minute.
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 3, 14, 0, 7) })
    rung = []
    next = null
    bell = hangBell({
      ring: (awakeMs) => rung.push(awakeMs),
      nextAt: () => next,
      now: () => Date.now(),
      log: noLog,
    })
  })
  afterEach(() => {
    bell.stop()
    vi.useRealTimers()
  })

  test('rings at the start, and at least twice a minute from then on', async () => {
    await vi.advanceTimersByTimeAsync(10)
    expect(rung).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(rung.length).toBeGreaterThanOrEqual(20)
    expect(rung.at(-1)).toBeGreaterThan(9 * minute)
  })

  test('rings at once when asked, and when the computer wakes, which begins its day anew', async () => {
    await vi.advanceTimersByTimeAsync(hour)
    const before = rung.length
    bell.ring()
    expect(rung.at(-1)).toBeGreaterThanOrEqual(hour - minute)
    bell.wake()
    expect(rung.slice(before + 1)).toEqual([0])
  })

  test.each([
    ['forward by four years', 4 * 365 * 24 * hour],
    ['back by four years', -4 * 365 * 24 * hour],
    ['back by two minutes', -2 * minute],
  ])('goes on within half a minute when the clock is put %s', async (_, byMs) => {
    await vi.advanceTimersByTimeAsync(hour)
    vi.setSystemTime(Date.now() + byMs)
    const before = rung.length
    await vi.advanceTimersByTimeAsync(31_000)
    expect(rung.length).toBeGreaterThan(before)
    expect(rung.at(-1)).toBeLessThan(minute)
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(rung.length).toBeGreaterThanOrEqual(before + 20)
  })

  test('rings at a slot to the second, whatever rings besides', async () => {
    await vi.advanceTimersByTimeAsync(10)
    next = Date.now() + 47 * minute - (Date.now() % minute)
    bell.ring()
    await vi.advanceTimersByTimeAsync(next - Date.now() - 1)
    const before = rung.length
    await vi.advanceTimersByTimeAsync(1001)
    expect(rung.length).toBeGreaterThan(before)
  })

  test('does not count through the years that a clock has skipped', async () => {
    next = Date.now() + 10 * minute
    bell.ring()
    await vi.advanceTimersByTimeAsync(10 * minute - 5000)
    vi.setSystemTime(Date.now() + 16 * 365 * 24 * hour)
    const startedAt = realNow()
    await vi.advanceTimersByTimeAsync(hour)
    expect(Number(realNow() - startedAt) / 1e6).toBeLessThan(1000)
  })

  test('is silent once it is taken down', async () => {
    await vi.advanceTimersByTimeAsync(minute)
    bell.stop()
    const before = rung.length
    await vi.advanceTimersByTimeAsync(hour)
    expect(rung).toHaveLength(before)
  })
})
