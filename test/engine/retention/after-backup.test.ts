import { afterAll, expect, test } from 'vitest'
import { listBackups } from '../../../electron/engine/catalogue/backups.ts'
import { runDue } from '../../../electron/engine/schedule/run-due.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { makeTill } from '../../support/small-till.ts'
import { makeSite } from '../../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const hour = 3_600_000
const day = 24 * hour

test('a scheduled backup lets go of what the plan gives up, and of nothing before it is there', async () => {
  let now = Date.UTC(2026, 10, 3, 6)
  await makeTill(server)
  await using site = await makeSite({ server, now: () => now, encrypt: false })
  const { engine } = site
  for (let taken = 0; taken < 5; taken += 1) {
    await engine.backUp('till')
    now += 2 * hour
  }
  const listed = (): number => listBackups(engine.site.catalogue, { limit: 50 }).length
  // Makes the schedule begin; whatever lies before that is nobody's slot.
  await runDue(engine, { awakeMs: Infinity })
  now += 9 * day
  expect(listed()).toBe(5)

  // A computer that was off for nine days may as well have a wrong clock: nothing is deleted for some hours.
  const [first] = await runDue(engine, { awakeMs: Infinity })
  expect(first).toMatchObject({ task: 'backup', outcome: 'covered' })
  expect(listed()).toBe(6)

  now += 7 * hour
  const [second] = await runDue(engine, { awakeMs: Infinity })
  expect(second).toMatchObject({ task: 'backup', outcome: 'covered' })
  // The two new ones, and of the five of one day, nine days ago, the one that stands for it.
  expect(listed()).toBe(3)
})
