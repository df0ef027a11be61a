import { describe, expect, test } from 'vitest'
import {
  anomalyAlerts,
  channelAlerts,
  clockAlerts,
  diskAlerts,
  proofAlerts,
  schedulerAlerts,
  secretAlerts,
  toolAlerts,
  type Observed,
} from '../../../electron/engine/monitor/alert-rules.ts'
import { nextStep } from '../../../electron/shared/texts-alerts.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const now = Date.UTC(2026, 10, 3, 14)
const gb = 1e9
const words = {
  sayWhen: (at: number) => `${(now - at) / minute} min ago`,
  sayDay: (at: number) => new Date(at).toISOString().slice(0, 10),
  sayBytes: (bytes: number) => `${bytes / gb} GB`,
}
const disk = { now, freeBytes: 100 * gb, grownBytes: 14 * gb, days: 14, roundBytes: gb }
const tools = { now, fault: null, unsafeVersion: null }
const clock = { now, lastSeenAt: now - minute, jump: null }
const different = { verdict: 'different', endedAt: now - hour } as const
const proven = { verdict: 'proven', endedAt: now } as const
const failure = { text: 'There was no room for the proof.', endedAt: now - minute }

const rules: readonly (readonly [code: string, raised: readonly Observed[], cleared: readonly Observed[]])[] =
  [
    ['DISK_FILLING', diskAlerts({ ...disk, freeBytes: 13 * gb }, words), diskAlerts(disk, words)],
    [
      'DISK_FILLING',
      diskAlerts({ ...disk, days: null, freeBytes: 2 * gb }, words),
      diskAlerts({ ...disk, days: null, freeBytes: 3 * gb }, words),
    ],
    ['CLOCK_WRONG', clockAlerts({ ...clock, now: 0 }), clockAlerts(clock)],
    [
      'CLOCK_WRONG',
      clockAlerts({ ...clock, lastSeenAt: now + 2 * hour }),
      clockAlerts({ ...clock, lastSeenAt: null }),
    ],
    [
      'CLOCK_WRONG',
      clockAlerts({ ...clock, jump: { at: now - hour, ms: -3 * hour } }),
      clockAlerts({ ...clock, jump: { at: now - 7 * hour, ms: -3 * hour } }),
    ],
    [
      'SCHEDULER_SILENT',
      schedulerAlerts(now - 11 * minute, now, words),
      schedulerAlerts(now - minute, now, words),
    ],
    ['TOOLS_GONE', toolAlerts({ ...tools, fault: { text: 'There are none.' } }), toolAlerts(tools)],
    ['TOOLS_UNSAFE', toolAlerts({ ...tools, unsafeVersion: '15.18' }), toolAlerts(tools)],
    ['SECRETS_BY_FILE', secretAlerts(['keyring', 'file'], now), secretAlerts(['keyring', 'keyring'], now)],
    [
      'PROOF_DIFFERENT',
      proofAlerts({ database: 'pos', last: different, failure: null }),
      proofAlerts({ database: 'pos', last: proven, failure: null }),
    ],
    [
      'PROOF_FAILED',
      proofAlerts({ database: 'pos', last: null, failure }),
      proofAlerts({ database: 'pos', last: proven, failure }),
    ],
    [
      'SIZE_UNUSUAL',
      anomalyAlerts('pos', now, [{ what: 'size', bytes: gb, usualBytes: 5 * gb }], words),
      anomalyAlerts('pos', now, [], words),
    ],
    [
      'ROWS_UNUSUAL',
      anomalyAlerts(
        'pos',
        now,
        [
          { what: 'rows-fell', table: 'public.orders', rows: 5, lowest: 900 },
          { what: 'table-gone', table: 'public.staff' },
        ],
        words,
      ),
      [],
    ],
    ['DATABASE_DIFFERENT', anomalyAlerts('pos', now, [{ what: 'other-server' }], words), []],
    [
      'NOTIFY_FAILED',
      channelAlerts([{ channel: 'email', name: 'E-mail', failingSince: now - hour, problem: 'no answer' }]),
      channelAlerts([]),
    ],
  ]

describe('a rule', () => {
  test.each(rules)('raises %s, once, and clears it', (code, raised, cleared) => {
    expect(raised.map((one) => one.code)).toEqual([code])
    expect(cleared).toEqual([])
  })

  test.each(rules)('%s says what to do', (code) => {
    expect(nextStep(code)).toMatch(/^[A-Z].{10,}\.$/)
    expect(nextStep(code)).not.toContain('{')
  })

  test('forecasts the day on which the disk is full', () => {
    expect(diskAlerts({ ...disk, freeBytes: 10 * gb }, words)[0]?.text).toContain('around 2026-11-13')
  })

  test('does not take a disk for full whose backups do not grow, nor a weekend for a clock that is wrong', () => {
    expect(diskAlerts({ ...disk, freeBytes: 5 * gb, grownBytes: 0 }, words)).toEqual([])
    expect(diskAlerts({ ...disk, freeBytes: 5 * gb, grownBytes: -gb }, words)).toEqual([])
    expect(clockAlerts({ ...clock, lastSeenAt: now - 3 * day, jump: { at: now, ms: 3 * day } })).toEqual([])
  })

  test('knows nothing of a scheduler where none ever ran', () => {
    expect(schedulerAlerts(null, now, words)).toEqual([])
  })

  test('says how many tables more there are', () => {
    const odd = { what: 'table-gone', table: 'public.a' } as const
    expect(anomalyAlerts('pos', now, [odd, odd, odd], words)[0]?.text).toMatch(/public\.a .* 2 more tables/)
  })
})
