import { assert, asyncProperty, array, constantFrom, integer, oneof, record, constant } from 'fast-check'
import * as z from 'zod'
import { describe, expect, test } from 'vitest'
import { settle } from '../../../electron/engine/schedule/settle.ts'
import { slotsBetween } from '../../../electron/engine/schedule/slot-times-rules.ts'
import { offsetsOf } from '../../../electron/engine/schedule/zone.ts'
import { scheduleOf, ScheduledTask, SlotReason, SlotState } from '../../../electron/shared/schedule-model.ts'
import { chances, SimulatedSite } from './simulated-site.ts'

const hour = 3_600_000
const day = 24 * hour
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'America/Havana',
] as const

const Row = z.object({
  task: ScheduledTask,
  at: z.int(),
  since: z.int().nullable(),
  state: SlotState,
  reason: SlotReason.nullable(),
})

/** Every slot between two moments has exactly one row, and every missed one a reason. */
function expectAccounted(site: SimulatedSite, from: number): void {
  settle(site.site, site.now)
  const rows = site.catalogue.all(Row, 'SELECT task, at, since, state, reason FROM slots')
  const offsetAt = offsetsOf(site.settings.site.timeZone ?? 'UTC')
  const schedule = scheduleOf(site.settings.plan)
  for (const task of ScheduledTask.options) {
    const own = rows.filter((row) => row.task === task)
    const single = new Set(own.filter(({ since }) => since === null).map(({ at }) => at))
    const stretches = own.filter(({ since }) => since !== null)
    const slots = slotsBetween(schedule[task], from, site.now, offsetAt)
    const forgotten = slots.filter(
      (slot) => !single.has(slot) && !stretches.some(({ at, since }) => slot > (since ?? 0) && slot <= at),
    )
    expect(forgotten.map((slot) => `${task} ${new Date(slot).toISOString()}`)).toEqual([])
    const real = new Set(slots)
    expect([...single].filter((at) => at > from && at <= site.now && !real.has(at))).toEqual([])
  }
  for (const { state, reason } of rows) expect(state === 'missed' ? reason : 'said').not.toBeNull()
  expect(rows.filter(({ state }) => state === 'running')).toEqual([])
}

/** How often each slot was worked at to its end. */
function coveredTwice(site: SimulatedSite): string[] {
  const covered = site.runs
    .filter(({ outcome }) => outcome === 'covered')
    .map(({ task, at }) => `${task} ${at}`)
  return covered.filter((one, index) => covered.indexOf(one) !== index)
}

const start = Date.UTC(2026, 0, 5, 14)

describe('a simulated year of the Production plan', () => {
  test.each(['Europe/Berlin', 'Australia/Lord_Howe'])(
    'on a computer that is always on covers every slot once in %s',
    async (zone) => {
      const site = new SimulatedSite({ start, zone })
      await site.awake(365 * day, 90 * 60_000)
      await site.ring()
      expectAccounted(site, start)
      const offsetAt = offsetsOf(zone)
      const { backup, proof, check } = scheduleOf(site.settings.plan)
      const count = (task: string): number =>
        site.runs.filter((run) => run.task === task && run.outcome === 'covered').length
      expect(count('backup')).toBe(slotsBetween(backup, start, site.now, offsetAt).length)
      expect(count('proof')).toBe(slotsBetween(proof, start, site.now, offsetAt).length)
      expect(count('check')).toBe(slotsBetween(check, start, site.now, offsetAt).length)
      expect([coveredTwice(site), site.overlaps]).toEqual([[], []])
    },
  )

  test.each(['America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'])(
    'with nights off, sleep, power cuts and a server that is away is accounted for in %s',
    async (zone) => {
      const site = new SimulatedSite({ start, zone, databases: ['pos', 'stock'] })
      const chance = chances(7)
      while (site.real < start + 365 * day) {
        await site.awake(chance() * 30 * hour, 30 * 60_000)
        const what = chance()
        if (what < 0.5) site.asleep(chance() * 14 * hour)
        else if (what < 0.55) site.asleep(chance() * 25 * day)
        else if (what < 0.7) site.serverUp = false
        else if (what < 0.75) site.pause(chance() * 20 * hour)
        if (what >= 0.7 || what < 0.5) site.serverUp = true
      }
      expectAccounted(site, start)
      expect([coveredTwice(site), site.overlaps]).toEqual([[], []])
      expect(site.runs.length).toBeGreaterThan(800)
    },
  )
})

const event = oneof(
  { weight: 6, arbitrary: record({ kind: constant('awake' as const), hours: integer({ min: 0, max: 60 }) }) },
  {
    weight: 3,
    arbitrary: record({ kind: constant('asleep' as const), hours: integer({ min: 0, max: 40 }) }),
  },
  { weight: 2, arbitrary: record({ kind: constant('server' as const), hours: integer({ min: 0, max: 1 }) }) },
  { weight: 1, arbitrary: record({ kind: constant('pause' as const), hours: integer({ min: 1, max: 24 }) }) },
  {
    weight: 2,
    arbitrary: record({
      kind: constant('clock' as const),
      hours: constantFrom(
        0.01,
        -0.01,
        0.2,
        -0.2,
        -0.9,
        1,
        -1,
        5,
        -7,
        30,
        -30,
        24 * 300,
        -24 * 300,
        24 * 6000,
        -24 * 6000,
      ),
    }),
  },
)

describe('whatever happens to computer, clock and server,', () => {
  test('every slot is covered or missed with a reason, nothing runs beside anything, and it goes on', async () => {
    await assert(
      asyncProperty(constantFrom(...zones), array(event, { maxLength: 14 }), async (zone, events) => {
        const site = new SimulatedSite({ start, zone })
        await site.ring()
        let backSteps = 0
        for (const { kind, hours } of events) {
          if (kind === 'awake') await site.awake(hours * hour)
          if (kind === 'asleep') site.asleep(hours * hour)
          if (kind === 'server') site.serverUp = hours === 1
          if (kind === 'pause') site.pause(hours * hour)
          if (kind === 'clock') site.setClock(hours * hour)
          if (kind === 'clock' && hours < 0) backSteps += 1
          await site.ring()
        }
        site.serverUp = true
        await site.awake(2 * day, 5 * 60_000)
        expectAccounted(site, start)
        expect(site.overlaps).toEqual([])
        if (backSteps === 0) expect(coveredTwice(site)).toEqual([])
        // Alive again: its own clock's last two days hold backups, six hours apart or a try less.
        const { taken } = site.catalogue.get(
          z.object({ taken: z.int().nullable() }),
          'SELECT max(taken_at) AS taken FROM backups WHERE taken_at <= @now',
          { now: site.now },
        ) ?? { taken: null }
        expect(site.now - (taken ?? 0)).toBeLessThan(8 * hour)
      }),
      { numRuns: 20 },
    )
  })
})
