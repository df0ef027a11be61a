import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { recentJobs, untoldJobs, markTold } from '../../electron/engine/catalogue/job-history.ts'
import { decidedSlots, openSlots } from '../../electron/engine/catalogue/slots.ts'
import { readHeartbeat } from '../../electron/engine/schedule/heartbeat.ts'
import { runOnce } from '../../electron/engine/schedule/scheduler.ts'
import { settle } from '../../electron/engine/schedule/settle.ts'
import { saveSettings } from '../../electron/engine/settings.ts'
import type { Schedule } from '../../electron/shared/schedule-model.ts'
import { expectWhole } from '../support/after-fault.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { addScans, makeTill } from '../support/small-till.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await addScans(server, await makeTill(server), 3)

const minute = 60_000
const script = fileURLToPath(new URL('../support/schedule-process.ts', import.meta.url))

const hourly: Schedule['backup'] = [{ every: 'hours', hours: 1, from: '00:00' }]

interface Clocked extends AsyncDisposable {
  readonly site: TestSite
  readonly clock: { ahead: number }
}

/** A site whose clock shows the minute after its next backup has become due. */
async function siteAtItsSlot(proof: Schedule['proof'] = []): Promise<Clocked> {
  const clock = { ahead: 0 }
  const site = await makeSite({ server, now: () => Date.now() + clock.ahead })
  await plan(site, { backup: hourly, proof, check: [], tradingHours: [] })
  settle(site.engine.site, site.world.now())
  clock.ahead = Date.parse(site.engine.status().nextSlotAt ?? '') - Date.now() + minute
  return { site, clock, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() }
}

/** Another process changes the plan. */
async function plan(site: TestSite, schedule: Schedule): Promise<void> {
  const { settings } = site.engine.site
  await saveSettings(site.dataFolder, { ...settings, plan: { ...settings.plan, schedule } })
  await site.engine.refresh()
}

function anotherScheduler(site: TestSite, aheadMs: number): ChildProcess {
  const child = fork(script, [site.dataFolder, String(aheadMs)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const answer = async (child: ChildProcess): Promise<{ runs: string[] }> => {
  const [message] = (await once(child, 'message')) as [{ runs: string[] }]
  return message
}

const ready = async (child: ChildProcess): Promise<void> => void (await once(child, 'message'))

describe('the schedule', () => {
  test('is kept by two processes at once without doing anything twice', async () => {
    await using clocked = await siteAtItsSlot()
    const { site, clock } = clocked
    const children = [anotherScheduler(site, clock.ahead), anotherScheduler(site, clock.ahead)]
    await Promise.all(children.map(ready))
    const answers = Promise.all(children.map(answer))
    for (const child of children) child.send('go')
    expect((await answers).flatMap(({ runs }) => runs)).toEqual(['backup covered'])
    await site.reopen()
    expect(expectWhole(site)).toHaveLength(1)
    const [slot] = decidedSlots(site.engine.site.catalogue, 'backup', 1)
    const [job] = recentJobs(site.engine.site.catalogue, { limit: 50 }).filter(
      ({ kind }) => kind === 'backup',
    )
    expect(slot).toMatchObject({ state: 'covered', jobs: [job?.id] })
    expect(Math.abs((readHeartbeat(site.dataFolder) ?? 0) - site.world.now())).toBeLessThan(minute)
  })

  test('is taken up where a killed process left it', async () => {
    await using clocked = await siteAtItsSlot()
    const { site, clock } = clocked
    const child = anotherScheduler(site, clock.ahead)
    await ready(child)
    const dump = once(child.stdout as NodeJS.ReadableStream, 'data')
    child.send('go')
    await dump
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    await site.reopen()
    const { catalogue } = site.engine.site
    expect(openSlots(catalogue)).toMatchObject([
      { task: 'backup', state: 'running' },
      ...openSlots(catalogue).slice(1),
    ])
    const first = await runOnce(site.engine, {})
    expect(first.filter(({ task }) => task === 'backup')).toEqual([])
    expect(openSlots(catalogue)[0]).toMatchObject({ state: 'due', reason: 'failed', attempts: 1 })
    clock.ahead += 3 * minute
    const second = await runOnce(site.engine, {})
    expect(second).toMatchObject([{ task: 'backup', outcome: 'covered' }])
    expect(expectWhole(site)).toHaveLength(1)
  })

  test('tells a server that is away once, not at every try, and backs up when it is back', async () => {
    await using clocked = await siteAtItsSlot()
    const { site, clock } = clocked
    const told: string[] = []
    const tell = (): void => {
      const { catalogue } = site.engine.site
      for (const job of untoldJobs(catalogue))
        if (markTold(catalogue, job.id, 0)) told.push(job.fault?.code ?? '')
    }
    const tryOnce = async (): Promise<string | undefined> => {
      const [run] = await runOnce(site.engine, { onRun: tell })
      clock.ahead += 16 * minute
      return run?.outcome
    }
    await site.whileServerIs({ port: 1 }, async () => {
      expect([await tryOnce(), await tryOnce(), await tryOnce()]).toEqual(['put off', 'put off', 'put off'])
    })
    expect(told).toEqual(['DB_UNREACHABLE'])
    expect(openSlots(site.engine.site.catalogue)[0]).toMatchObject({ attempts: 3, fault: 'DB_UNREACHABLE' })
    expect(openSlots(site.engine.site.catalogue)[0]?.jobs).toHaveLength(3)
    expect(await tryOnce()).toBe('covered')
  })

  test('proves the backup of the same hour by restoring it', async () => {
    await using clocked = await siteAtItsSlot(hourly)
    const { site } = clocked
    const runs = await runOnce(site.engine, {})
    expect(runs.map(({ task, steps }) => `${task} ${steps[0]?.found}`)).toEqual([
      'backup intact',
      'proof proven',
    ])
    expect(site.engine.find('latest').state).toBe('proven')
    expect(await runOnce(site.engine, {})).toEqual([])
  })

  test('goes on by a plan that another process has changed', async () => {
    await using clocked = await siteAtItsSlot()
    const { site } = clocked
    const noon: Schedule = {
      backup: [{ every: 'day', at: ['12:10'] }],
      proof: [],
      check: [],
      tradingHours: [],
    }
    await plan(site, noon)
    expect(site.engine.status().nextSlotAt).toMatch(/:10:00/)
    expect(await runOnce(site.engine, {})).toEqual([])
  })
})
