import { spawnSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { markTold, untoldJobs } from '../../electron/engine/catalogue/job-history.ts'
import { expectWhole, fingerprintOf } from '../support/after-fault.ts'
import { startLarder, type AnotherLarder } from '../support/another-larder.ts'
import { filesBelow, leaksOf, secretsOf } from '../support/canaries.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { allProcesses, runningTools } from '../support/processes.ts'
import { addScans, makeTill } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'
import { makeWire } from '../support/wire.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await addScans(server, await makeTill(server), 4)
const wire = await makeWire(server.port)
afterAll(() => wire[Symbol.asyncDispose]())
const site = await makeSite({ server, port: wire.port })
afterAll(() => site[Symbol.asyncDispose]())
await site.engine.backUp('till')
// One test that fails must not hold up the line of the next.
afterEach(() => wire.release())

interface Aftermath {
  /** Ids of backups that the killed Larder had brought to their end. */
  readonly made: readonly string[]
  /** How many runs were told to have been interrupted. */
  readonly told: number
}

/** Runs another Larder to its violent end, starts anew, and holds the site to what is true after any crash. */
async function afterKilling(
  end: (larder: AnotherLarder) => Promise<void>,
  larder = startLarder(site),
): Promise<Aftermath> {
  const [ids, files] = [expectWhole(site), fingerprintOf(site.folder)]
  await end(larder)
  await larder.ended
  await site.reopen()
  const all = expectWhole(site)
  expect(fingerprintOf(site.folder)).toMatchObject(files)
  expect(leaksOf(site, await secretsOf(site))).toEqual([])
  await vi.waitFor(() => expect(runningTools(wire.port)).toEqual([]), 2000)
  const { catalogue } = site.engine.site
  const untold = untoldJobs(catalogue)
  for (const { id, fault } of untold) {
    expect(fault).toMatchObject({ code: 'INTERRUPTED' })
    expect([markTold(catalogue, id, Date.now()), markTold(catalogue, id, Date.now())]).toEqual([true, false])
  }
  await site.reopen()
  expect(untoldJobs(site.engine.site.catalogue)).toEqual([])
  return { made: all.filter((id) => !ids.includes(id)), told: untold.length }
}

describe('a Larder that is killed', () => {
  test('in the middle of the dump leaves no pg_dump running and no half file', async () => {
    wire.holdAfter(1024 * 1024)
    const { made, told } = await afterKilling(async (larder) => {
      await wire.held()
      // What came through is written first: a pg_dump that still has something to write would notice by itself.
      await pause(500)
      larder.kill()
      await larder.ended
      // It waits for the server, so nobody told it that its Larder is gone; unless it still had something to write.
      expect(runningTools(wire.port).length).toBeLessThanOrEqual(1)
    })
    wire.release()
    expect({ made, told }).toEqual({ made: [], told: 1 })
  })

  test('at any moment loses nothing good and keeps nothing half', { timeout: 180_000 }, async () => {
    const moments: readonly (readonly [phase: string, delaysMs: readonly number[]])[] = [
      ['open', [0, 20]],
      ['inspect', [0, 40, 80]],
      ['dump', [0, 150, 300]],
      ['check', [0, 100, 200]],
      ['finish', [0, 4, 12]],
    ]
    let interrupted = 0
    for (const [phase, delaysMs] of moments) {
      for (const delayMs of delaysMs) {
        const { made, told } = await afterKilling(async (larder) => {
          await larder.reached(phase)
          await pause(delayMs)
          larder.kill()
        })
        expect(made.length).toBeLessThanOrEqual(1)
        interrupted += told
      }
    }
    // Only before the first step and after the last is there nothing to interrupt.
    expect(interrupted).toBeGreaterThanOrEqual(8)
  })
})

const mayTrace = spawnSync('strace', ['--trace=none', 'true']).status === 0

describe.runIf(mayTrace)('a Larder that is killed at the last step', () => {
  /** One with something in store for its nth renaming of a file. There are three, all by its one file thread. */
  const larderWith = (injection: string): AnotherLarder =>
    startLarder(
      site,
      ['strace', '-f', '--quiet=all', '--output=/dev/null', '--trace=rename', `--inject=rename:${injection}`],
      { UV_THREADPOOL_SIZE: '1' },
    )

  test.each([
    ['archive', 1],
    ['roles', 2],
    ['manifest', 3],
  ])('before the file of the %s has its name, has made no backup', async (_file, nth) => {
    const larder = larderWith(`signal=KILL:when=${nth}`)
    expect(await afterKilling(() => Promise.resolve(), larder)).toEqual({ made: [], told: 1 })
  })

  test('before the catalogue knows, has made a backup that is listed at the next start', async () => {
    const manifests = () => filesBelow(site.folder).filter((file) => file.endsWith('.manifest.json')).length
    const before = manifests()
    const { made, told } = await afterKilling(async ({ pid }) => {
      while (manifests() === before) await pause(10)
      const traced = allProcesses().find(({ parent }) => parent === pid)
      if (traced) process.kill(traced.pid, 'SIGKILL')
    }, larderWith('delay_exit=3000000:when=3'))
    expect({ made: made.length, told }).toEqual({ made: 1, told: 1 })
  })
})
