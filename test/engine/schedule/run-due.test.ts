import { describe, expect, test } from 'vitest'
import { decidedSlots, openSlots } from '../../../electron/engine/catalogue/slots.ts'
import { scheduleState } from '../../../electron/engine/catalogue/schedule-state.ts'
import { pause, resume } from '../../../electron/engine/schedule/pause.ts'
import { runDue } from '../../../electron/engine/schedule/run-due.ts'
import { FaultError } from '../../../electron/shared/fault.ts'
import { scheduleOf, type Schedule, type ScheduledTask } from '../../../electron/shared/schedule-model.ts'
import { SimulatedSite } from './simulated-site.ts'

const minute = 60_000
const hour = 60 * minute
// In Berlin, half an hour before the slot of 15:30; the others are 21:30, 03:30 and 09:30.
const start = Date.UTC(2026, 10, 3, 14)
const production = scheduleOf({ kind: 'production' })
const noGuests: Schedule = { ...production, tradingHours: [] }

async function simulate(schedule: Schedule = production, zone = 'Europe/Berlin'): Promise<SimulatedSite> {
  const site = new SimulatedSite({ start, zone, schedule })
  await site.ring()
  return site
}

const done = (site: SimulatedSite, task: ScheduledTask = 'backup'): string[] =>
  site.runs.filter((run) => run.task === task).map(({ at, outcome }) => `${clock(at)} ${outcome}`)
const clock = (at: number): string => new Date(at + hour).toISOString().slice(8, 16).replace('T', ' ')
const decided = (site: SimulatedSite, task: ScheduledTask = 'backup'): string[] =>
  decidedSlots(site.catalogue, task, 20).map(({ at, state, reason }) => `${clock(at)} ${reason ?? state}`)
const waiting = (site: SimulatedSite): string[] =>
  openSlots(site.catalogue).map(({ task, reason }) => `${task} ${reason ?? ''}`)

describe('the scheduler', () => {
  test('begins with the next slot, not with those before it was there', async () => {
    const site = await simulate()
    expect([done(site), decided(site), waiting(site)]).toEqual([[], [], []])
    await site.awake(hour, minute)
    expect(done(site)).toEqual(['03 15:30 covered'])
  })

  test('catches up once with what the computer slept through, and not the moment it wakes', async () => {
    const site = await simulate()
    site.asleep(42 * hour)
    await site.ring()
    expect([done(site), waiting(site)]).toEqual([[], ['backup starting', 'proof backup-first']])
    site.real += 3 * minute
    await site.ring()
    expect(done(site)).toEqual(['05 03:30 covered'])
    expect(decided(site)).toEqual([
      '05 03:30 covered',
      '04 21:30 off',
      '04 15:30 off',
      '04 09:30 off',
      '04 03:30 off',
      '03 21:30 off',
      '03 15:30 off',
    ])
  })

  test('does not wait for anything when the system starts it for what is due', async () => {
    const site = await simulate()
    site.asleep(42 * hour)
    const runs = await runDue(site, { awakeMs: Infinity })
    expect(runs.map(({ task, outcome }) => `${task} ${outcome}`)).toEqual(['backup covered', 'proof covered'])
  })

  test('waits in silence for a PostgreSQL that starts with the computer, but not for ever', async () => {
    const site = await simulate(noGuests)
    site.serverUp = false
    site.asleep(7 * hour + 40 * minute)
    await site.awake(10 * minute, minute)
    expect([done(site), waiting(site)]).toEqual([[], ['backup server']])
    await site.awake(10 * minute, minute)
    expect(done(site)).toEqual(['03 21:30 put off'])
    site.serverUp = true
    await site.awake(15 * minute, minute)
    expect(done(site).at(-1)).toBe('03 21:30 covered')
  })

  test('tries again and again, each time later, until the next slot takes its place', async () => {
    const site = await simulate()
    site.serverUp = false
    await site.awake(7 * hour, minute)
    const tries = done(site).filter((run) => run.startsWith('03 15:30'))
    expect(tries.length).toBeGreaterThan(7)
    expect(tries.length).toBeLessThan(11)
    expect(new Set(tries)).toEqual(new Set(['03 15:30 put off']))
    expect(decided(site)).toEqual(['03 15:30 failed'])
    site.serverUp = true
    await site.awake(hour, minute)
    expect(decided(site)).toEqual(['03 21:30 covered', '03 15:30 failed'])
  })

  test('takes a backup by hand for a slot that came before it', async () => {
    const site = await simulate()
    site.asleep(hour)
    await site.backUp('pos')
    await site.ring()
    expect(done(site)).toEqual([])
    expect(decided(site)).toEqual(['03 15:30 covered'])
  })

  test('holds still while it is paused, and makes up for it afterwards', async () => {
    const site = await simulate(noGuests)
    const until = pause(site.site, { ms: 2 * hour })
    expect(until).toBe(start + 2 * hour)
    await site.awake(115 * minute, minute)
    expect([done(site), waiting(site)]).toEqual([[], ['backup paused']])
    await site.awake(20 * minute, minute)
    expect(done(site)).toEqual(['03 15:30 covered'])
    pause(site.site, 'tomorrow')
    await site.awake(5 * hour, 5 * minute)
    expect(done(site)).toHaveLength(1)
    resume(site.site)
    await site.ring()
    expect(done(site)).toHaveLength(2)
  })
})

describe('the daily proof', () => {
  test('follows the backup of the night, and is of that one', async () => {
    const site = await simulate()
    await site.awake(15 * hour, 5 * minute)
    expect(done(site, 'proof')).toEqual(['04 03:30 covered'])
    const proof = site.runs.find(({ task }) => task === 'proof')
    const backup = site.runs.find(({ task, at }) => task === 'backup' && at === proof?.at)
    expect(proof?.steps).toEqual([{ database: 'pos', backupId: backup?.steps[0]?.backupId, found: 'proven' }])
  })

  test('waits for closing time; when there were no quiet hours yesterday either, it waits no more', async () => {
    const site = await simulate()
    // On while guests are served, and at no other time.
    for (const expected of [[], ['05 03:30 covered']]) {
      site.real = Date.UTC(2026, 10, expected.length === 0 ? 4 : 5, 10, 5)
      site.asleep(0)
      await site.awake(11 * hour, 10 * minute)
      expect(done(site, 'proof')).toEqual(expected)
    }
    expect(decided(site, 'proof')).toEqual(['05 03:30 covered', '04 03:30 trading'])
  })
})

describe('the weekly check', () => {
  const schedule: Schedule = {
    ...production,
    proof: [],
    check: [{ every: 'day', at: ['15:29'] }],
    tradingHours: [],
  }

  test('reads every backup once, and gives way to a new one', async () => {
    const site = await simulate(schedule)
    for (let n = 0; n < 30; n += 1) await site.backUp('pos')
    const read: string[] = []
    const verify = site.verify.bind(site)
    site.verify = async (id) => {
      read.push(id)
      return verify(id)
    }
    // The computer was off from noon on; both slots are there at once, and the backup goes first.
    site.real = start + 24 * hour + 29 * minute
    await site.ring()
    site.real += 30_000
    await site.ring()
    await site.awake(20 * minute, minute)
    expect(new Set(read).size).toBe(read.length)
    expect(read.length).toBeGreaterThanOrEqual(30)
    expect(done(site, 'check').at(-1)).toBe('04 15:29 covered')
    expect(site.overlaps).toEqual([])
  })
})

describe('another schedule', () => {
  test('has no slots in the past, and ends those of the one before', async () => {
    const site = await simulate()
    site.serverUp = false
    await site.awake(40 * minute, minute)
    expect(waiting(site)).toEqual(['backup failed'])
    const hourly: Schedule = { ...production, backup: [{ every: 'hours', hours: 1, from: '00:10' }] }
    site.settings = { ...site.settings, plan: { ...site.settings.plan, schedule: hourly } }
    site.serverUp = true
    await site.awake(hour, minute)
    expect(decided(site)).toEqual(['03 16:10 covered', '03 15:30 changed'])
  })

  test('after one that nobody can read any more begins anew', async () => {
    const site = await simulate()
    site.catalogue.run("UPDATE schedule SET plan = '{}'")
    await site.awake(hour, minute)
    expect(done(site)).toEqual(['03 15:30 covered'])
  })

  test('in another zone goes by the clock on that wall', async () => {
    const site = await simulate()
    site.settings = { ...site.settings, site: { ...site.settings.site, timeZone: 'Asia/Kathmandu' } }
    await site.awake(3 * hour, minute)
    // 21:30 in Kathmandu is 16:45 in Berlin.
    expect(done(site)).toEqual(['03 16:45 covered'])
  })
})

describe('a clock', () => {
  test('that is corrected by minutes makes nothing run twice', async () => {
    const site = await simulate()
    await site.awake(40 * minute, minute)
    site.setClock(-20 * minute)
    await site.awake(hour, minute)
    expect(done(site)).toEqual(['03 15:30 covered'])
  })

  test('that was years ahead and is put right goes on as if it had not been', async () => {
    const site = await simulate()
    site.setClock(4 * 365 * 24 * hour)
    await site.awake(hour, minute)
    expect(done(site)).toEqual(['02 09:30 covered', '02 15:30 covered'])
    site.setClock(-4 * 365 * 24 * hour)
    await site.awake(7 * hour, minute)
    expect(done(site).slice(2)).toEqual(['03 21:30 covered'])
    expect(scheduleState(site.catalogue)?.jumpedMs).toBeLessThan(-365 * 24 * hour)
  })

  test('that stood at 2010 costs one run and no time', async () => {
    const site = await simulate()
    site.setClock(-16 * 365 * 24 * hour)
    await site.awake(hour, minute)
    site.setClock(16 * 365 * 24 * hour)
    const [startedAt, before] = [performance.now(), site.runs.length]
    await site.ring()
    site.real += 3 * minute
    await site.ring()
    expect(performance.now() - startedAt).toBeLessThan(500)
    expect(site.runs.slice(before).filter(({ task }) => task === 'backup')).toHaveLength(1)
  })
})

describe('a catalogue that cannot be written', () => {
  test('when a backup ends holds the schedule up for minutes, not for ever', async () => {
    const site = await simulate()
    site.real += 31 * minute
    const run = site.catalogue.run.bind(site.catalogue)
    site.catalogue.run = (sql, values) => {
      if (sql.includes("'covered'")) throw new FaultError('CATALOGUE_UNWRITABLE')
      return run(sql, values)
    }
    await expect(site.ring()).rejects.toMatchObject({ code: 'CATALOGUE_UNWRITABLE' })
    site.catalogue.run = run
    await site.awake(10 * minute, minute)
    expect(decided(site)).toEqual(['03 15:30 covered'])
    expect(site.overlaps).toEqual([])
  })
})
