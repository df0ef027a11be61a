import { afterAll, expect, test } from 'vitest'
import { exitCodeOf, exitCodes } from '../../electron/command/exit-codes.ts'
import { recentJobs, runningJobs } from '../../electron/engine/catalogue/job-history.ts'
import { expectWhole } from '../support/after-fault.ts'
import { startLarder } from '../support/another-larder.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { addScans, makeTill } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'
import { makeWire } from '../support/wire.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await addScans(server, await makeTill(server), 3)
await makeTill(server, 'bar')

test('of two backups of one database the second is told that one is running, and by whom', async () => {
  await using wire = await makeWire(server.port)
  await using site = await makeSite({ server, port: wire.port })
  wire.holdAfter(1024 * 1024)
  const first = startLarder(site)
  await wire.held()

  const other = await startLarder(site).ended
  expect(other.fault).toMatchObject({ code: 'ALREADY_RUNNING' })
  expect(other.fault?.next).toContain(String(first.pid))
  expect(exitCodeOf('ALREADY_RUNNING')).toBe(exitCodes.busy)
  await expect(site.engine.backUp('till')).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
  // A start in the meantime must not take the living for dead, nor its files for leftovers.
  await site.reopen()
  expect(runningJobs(site.engine.site.catalogue)).toHaveLength(1)

  wire.release()
  const { done } = await first.ended
  expect(expectWhole(site)).toEqual([done])
  expect(recentJobs(site.engine.site.catalogue, { limit: 9 }).map(({ state }) => state)).toEqual(['done'])
})

test('two databases are backed up side by side', async () => {
  await using site = await makeSite({ server })
  const bar = startLarder({ ...site, database: 'bar' })
  const [till, other] = await Promise.all([site.engine.backUp('till'), bar.ended])
  await site.reopen()
  expect(new Set(expectWhole(site))).toEqual(new Set([till.id, other.done]))
})

test('of five at once exactly one backs up', async () => {
  await using site = await makeSite({ server })
  const ends = await Promise.all(Array.from({ length: 5 }, () => startLarder(site).ended))
  const done = ends.flatMap((end) => end.done ?? [])
  await site.reopen()
  expect(expectWhole(site)).toEqual(done.toSorted())
  const refused = ends.flatMap(({ fault }) => fault?.code ?? [])
  expect(done.length).toBeGreaterThanOrEqual(1)
  expect(refused).toEqual(Array.from({ length: 5 - done.length }, () => 'ALREADY_RUNNING'))
})
