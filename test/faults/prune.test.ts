import { execFile, spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  abandonedDeletions,
  beginDeletion,
  listDeletions,
} from '../../electron/engine/catalogue/deletions.ts'
import { prune } from '../../electron/engine/retention/prune.ts'
import { PaperSite, type PaperBackup } from '../support/paper-site.ts'

const day = 86_400_000
const script = fileURLToPath(new URL('../support/prune-process.ts', import.meta.url))

interface Scene extends Disposable {
  readonly paper: PaperSite
  readonly condemned: readonly PaperBackup[]
  readonly staying: readonly PaperBackup[]
}

/** A site of which so many backups are to go. Its clock ends at the real time, by which other processes go. */
async function scene(going: number): Promise<Scene> {
  const start = Date.now() - (going + 3) * day
  const paper = await PaperSite.make({ now: start })
  const backups = Array.from({ length: going + 3 }, (_, n) => {
    paper.now = start + n * day
    return paper.backUp({ proven: true })
  })
  paper.now = Date.now()
  paper.run('done')
  return {
    paper,
    condemned: backups.slice(0, going),
    staying: backups.slice(going),
    [Symbol.dispose]: () => paper[Symbol.dispose](),
  }
}

const there = ({ files }: PaperBackup): number => files.filter((file) => existsSync(file)).length
const ids = (backups: readonly PaperBackup[]): string[] => backups.map(({ id }) => id)

/** What is true after any crash, as soon as Larder has started again; and then the work goes on. */
async function expectRecovered({ paper, condemned, staying }: Scene): Promise<void> {
  await paper.reopen()
  expect(abandonedDeletions(paper.catalogue, paper.now, () => false)).toEqual([])
  await paper.expectTrue()
  for (const backup of condemned) expect([0, 3]).toContain(there(backup))
  expect(paper.ids.toSorted()).toEqual(
    [...staying, ...condemned.filter((one) => there(one) === 3)].map(({ id }) => id).toSorted(),
  )
  const again = await prune(paper.site)
  expect(again.left).toEqual([])
  expect(paper.ids).toEqual(ids(staying).toReversed())
  expect(staying.map(there)).toEqual(staying.map(() => 3))
  await paper.expectTrue()
}

interface Answer {
  readonly deleted: readonly string[]
  readonly left: readonly { readonly id: string; readonly code: string }[]
}

/** Prunes in another process that has something in store for its nth call; undefined when it did not survive that. */
function pruneWith({ paper }: Scene, call: string, injection: string): Promise<Answer | undefined> {
  const args = ['-f', '--quiet=all', '--output=/dev/null', `--trace=${call}`, `--inject=${call}:${injection}`]
  const own = [process.execPath, script, paper.site.world.dataFolder]
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  return new Promise((resolve, reject) => {
    execFile('strace', [...args, ...own], { env }, (error, stdout, stderr) => {
      if (stdout !== '') resolve(JSON.parse(stdout) as Answer) // prune-process.ts wrote it.
      else if (stderr === '') resolve(undefined)
      else reject(new Error(stderr, { cause: error }))
    })
  })
}

const mayTrace = spawnSync('strace', ['--trace=none', 'true']).status === 0

describe.runIf(mayTrace)('a prune that is killed', { timeout: 120_000 }, () => {
  test.each(['rename', 'unlink', 'fsync'])(
    'at any %s is finished or undone at the next start',
    async (call) => {
      let kills = 0
      for (let n = 1; ; n += 1) {
        using at = await scene(1)
        const survived = await pruneWith(at, call, `signal=KILL:when=${n}`)
        await expectRecovered(at)
        if (survived) break
        kills += 1
      }
      // One for each of the three files; and one at least to make that durable.
      expect(kills).toBeGreaterThanOrEqual(call === 'fsync' ? 2 : 3)
    },
  )
})

describe.runIf(mayTrace)('a file that another program holds', { timeout: 60_000 }, () => {
  test.each([
    ['manifest', 'rename', 1],
    ['archive', 'rename', 2],
    ['roles', 'rename', 3],
  ])('the %s, leaves its backup whole for later, and does not keep the others', async (_file, call, nth) => {
    using at = await scene(2)
    const { paper, condemned } = at
    const [first, second] = ids(condemned)
    const answer = await pruneWith(at, call, `error=EBUSY:when=${nth}`)
    expect(answer).toEqual({ deleted: [second], left: [{ id: first, code: 'DEST_BUSY' }] })
    expect(condemned.map(there)).toEqual([3, 0])
    expect(listDeletions(paper.catalogue, 9).map(({ outcome }) => outcome)).toEqual(['deleted', 'undone'])
    await paper.expectTrue()
    await expectRecovered(at)
  })

  test('when it already has lost its name, is finished by the next prune of the same Larder', async () => {
    using at = await scene(2)
    const { paper, condemned } = at
    const answer = await pruneWith(at, 'unlink', 'error=EBUSY:when=1')
    expect(answer?.left).toEqual([{ id: condemned[0]?.id, code: 'DEST_BUSY' }])
    expect((await prune(paper.site)).left).toEqual([])
    expect(condemned.map(there)).toEqual([0, 0])
    await paper.expectTrue()
  })
})

describe('a deletion that was cut off', () => {
  /** As a process leaves it that dies after so many of its steps. */
  async function cutOff(at: Scene, steps: number): Promise<void> {
    const { paper, condemned } = at
    const [backup] = condemned
    if (backup === undefined) throw new Error('nothing is condemned')
    const owner = { pid: 2 ** 22 + 7, startedAt: 'long ago', host: hostname() }
    const about = { plan: 'p', reason: 'outlived', owner, now: paper.now, floor: 3, until: paper.now }
    expect(beginDeletion(paper.catalogue, { ...about, backupId: backup.id })).toBeDefined()
    const [manifest, archive, globals] = backup.files
    const work = [
      ...[manifest, archive, globals].map((file) => () => renameSync(file, `${file}.partial`)),
      ...[globals, archive, manifest].map((file) => () => rmSync(`${file}.partial`)),
    ]
    for (const step of work.slice(0, steps)) step()
  }

  test.each([0, 1, 2, 3, 4, 5, 6])('after step %i is finished or undone', async (steps) => {
    using at = await scene(1)
    await cutOff(at, steps)
    await at.paper.reopen()
    expect(at.condemned.map(there)).toEqual([steps === 0 ? 3 : 0])
    await expectRecovered(at)
  })

  test('waits for a drive that is away, and is finished when it is back', async () => {
    using at = await scene(1)
    await cutOff(at, 2)
    const away = join(at.paper.folder, '..', 'away')
    renameSync(at.paper.folder, away)
    await at.paper.reopen()
    expect(abandonedDeletions(at.paper.catalogue, at.paper.now)).toHaveLength(1)
    renameSync(away, at.paper.folder)
    await expectRecovered(at)
  })

  test('is forgotten with the catalogue, and leaves nothing half', async () => {
    using at = await scene(1)
    await cutOff(at, 3)
    const lastWritten = (at.paper.now - 2 * day) / 1000
    for (const file of at.condemned[0]?.files ?? []) utimesSync(`${file}.partial`, lastWritten, lastWritten)
    at.paper.catalogue.close()
    for (const ending of ['', '-wal', '-shm'])
      rmSync(join(at.paper.site.world.dataFolder, `catalogue.db${ending}`), { force: true })
    await at.paper.reopen()
    expect(
      at.condemned.flatMap(({ files }) => files.filter((file) => existsSync(`${file}.partial`))),
    ).toEqual([])
    expect(at.paper.ids).toEqual(ids(at.staying).toReversed())
    await at.paper.expectTrue()
  })

  test('does not take an archive whose manifest was lost in another way', async () => {
    using at = await scene(1)
    await cutOff(at, 0)
    const [manifest = '', archive = ''] = at.condemned[0]?.files ?? []
    rmSync(manifest)
    await at.paper.reopen()
    expect(existsSync(archive)).toBe(true)
    expect(listDeletions(at.paper.catalogue, 9).map(({ outcome }) => outcome)).toEqual(['undone'])
  })
})
