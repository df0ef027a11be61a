import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { larder, makeCommandSite, startLarder } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())
await makeTill(server)
const site = await makeCommandSite(server, place.path, ['till'])

describe('the schedule by command', () => {
  test('has nothing due right after the set-up, and says when it will', async () => {
    const said = await site.run('run', '--due', '--json')
    expect(said.exitCode).toBe(0)
    const { runs, nextSlotAt } = said.json() as { runs: unknown[]; nextSlotAt: string }
    expect(runs).toEqual([])
    expect(Date.parse(nextSlotAt) - Date.now()).toBeGreaterThan(0)
    expect(Date.parse(nextSlotAt) - Date.now()).toBeLessThanOrEqual(7 * 3_600_000)
    expect((await site.run('run', '--due')).out).toMatch(/^Nothing is due\. The next backup is due at \d{4}-/)
  })

  test('is paused and goes on', async () => {
    const paused = await site.run('pause', '2h', '--json')
    const { pausedUntil } = paused.json() as { pausedUntil: string }
    expect(Math.abs(Date.parse(pausedUntil) - Date.now() - 2 * 3_600_000)).toBeLessThan(60_000)
    const { alerts } = (await site.run('status', '--json')).json() as { alerts: { code: string }[] }
    expect(alerts.map(({ code }) => code)).toContain('PAUSED')
    expect((await site.run('pause', 'tomorrow')).out).toMatch(/^Backups are paused until \d{4}-/)
    expect((await site.run('resume')).exitCode).toBe(0)
    const after = (await site.run('status', '--json')).json() as { alerts: { code: string }[] }
    expect(after.alerts.map(({ code }) => code)).not.toContain('PAUSED')
  })

  test.each(['0h', '25h', 'soon', '1d', '-1h'])('cannot be paused for %s', async (length) => {
    const said = await larder(['pause', '--', length], { dataFolder: site.dataFolder })
    expect(said.exitCode).toBe(2)
    expect(said.note).toContain('tomorrow')
  })

  test('runs until a signal ends it, and is heard of meanwhile', async () => {
    const { child, ended } = startLarder(['run'], { dataFolder: site.dataFolder })
    const heartbeat = join(site.dataFolder, 'heartbeat.json')
    const beat = () => JSON.parse(readFileSync(heartbeat, 'utf8')) as { pid: number }
    for (let n = 0; beat().pid !== child.pid && n < 200; n += 1)
      await new Promise((then) => setTimeout(then, 50))
    expect(beat().pid).toBe(child.pid)
    child.kill('SIGTERM')
    expect((await ended).exitCode).toBe(0)
  })
})
