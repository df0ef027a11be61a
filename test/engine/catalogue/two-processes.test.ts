import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { backup, listBackups } from '../../../electron/engine/catalogue/backups.ts'
import { openAlone, openCatalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { reconcile } from '../../../electron/engine/catalogue/interrupted-jobs.ts'
import { job, runningJobs } from '../../../electron/engine/catalogue/job-history.ts'
import { beginJob } from '../../../electron/engine/catalogue/jobs.ts'
import { openOrReplaceCatalogue } from '../../../electron/engine/catalogue/open-or-replace.ts'
import { thisProcess } from '../../../electron/engine/catalogue/process-identity.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { record, tempCatalogue } from './temp-catalogue.ts'

const script = fileURLToPath(new URL('./other-larder.ts', import.meta.url))
const now = Date.now()

interface Answer {
  readonly jobId?: string
  readonly fault?: { readonly code: string; readonly next: string }
  readonly replaced?: string | null
}

function otherLarder(file: string): ChildProcess {
  const child = fork(script, [file, 'compete'])
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function answer(child: ChildProcess, order?: 'begin' | 'end'): Promise<Answer> {
  const message = once(child, 'message')
  if (order) child.send(order)
  return (await message)[0]
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

describe('several Larders on one catalogue', { timeout: 60_000 }, () => {
  it('make it together, and none takes the half-made file of another for a broken one', async () => {
    using folder = tempFolder()
    const file = join(folder.path, 'catalogue.db')
    // This process is the first: it holds the lock and has come as far as an empty file.
    const lock = new Sqlite(`${file}.lock`)
    lock.exec('BEGIN EXCLUSIVE')
    writeFileSync(file, '')
    const children = Array.from({ length: 4 }, () => otherLarder(file))
    const answers = Promise.all(children.map(async (child) => answer(child)))
    const early = await Promise.race([answers, sleep(1500, 'all wait')])
    expect(early).toBe('all wait')

    rmSync(file)
    openAlone(file, {}).close()
    lock.close()
    expect(await answers).toEqual(children.map(() => ({ replaced: null })))
    expect(readdirSync(folder.path).filter((name) => name.includes('broken'))).toEqual([])
    await Promise.all(children.map(kill))
  })

  it('get the lease of a database one at a time, however close together they ask', async () => {
    using temp = tempCatalogue()
    const children = [otherLarder(temp.file), otherLarder(temp.file)]
    await Promise.all(children.map(async (child) => answer(child)))
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(children.map(async (child) => answer(child, 'begin')))
      const winner = answers.findIndex(({ jobId }) => jobId !== undefined)
      const loser = answers[1 - winner]
      expect(loser?.fault).toMatchObject({ code: 'ALREADY_RUNNING' })
      expect(loser?.fault?.next).toContain(String(children[winner]?.pid))
      expect(runningJobs(temp.catalogue).map((one) => one.job.id)).toEqual([answers[winner]?.jobId])
      await Promise.all(children.map(async (child) => answer(child, 'end')))
    }
  })

  it('notice that one of them was killed, and take over its lease', async () => {
    using temp = tempCatalogue()
    const child = otherLarder(temp.file)
    await answer(child)
    const { jobId = '' } = await answer(child, 'begin')
    const request = { kind: 'backup', database: 'pos', owner: thisProcess(), now } as const
    expect(() => beginJob(temp.catalogue, request)).toThrow(
      expect.objectContaining({ code: 'ALREADY_RUNNING' }),
    )
    child.kill('SIGSTOP')
    expect(reconcile(temp.catalogue, now + 86_400_000), 'stopped is not dead').toEqual([])

    await kill(child)
    const left = reconcile(temp.catalogue, now)
    expect(left).toMatchObject([
      { job: { id: jobId, state: 'interrupted' }, partialPaths: ['/backups/half.partial'] },
    ])
    expect(job(temp.catalogue, beginJob(temp.catalogue, request))?.state).toBe('running')
  })

  it('say CATALOGUE_BUSY when another program keeps the file locked, and lose nothing', () => {
    using temp = tempCatalogue()
    const other = new Sqlite(temp.file)
    other.exec('BEGIN EXCLUSIVE')
    const write = (): void => record(temp.catalogue, { id: 'b1', takenAt: now })
    expect(write).toThrow(expect.objectContaining({ code: 'CATALOGUE_BUSY' }))
    expect(listBackups(temp.catalogue, { limit: 1 }), 'reading goes on').toEqual([])
    other.exec('ROLLBACK').close()
    write()
    expect(backup(temp.catalogue, 'b1')?.state).toBe('intact')
  })

  it('stand still for no longer than they were told to', () => {
    using temp = tempCatalogue({ busyWaitMs: 100 })
    const other = new Sqlite(temp.file)
    other.exec('BEGIN EXCLUSIVE')
    const startedAt = performance.now()
    const write = (): void => record(temp.catalogue, { id: 'b1', takenAt: now })
    expect(write).toThrow(expect.objectContaining({ code: 'CATALOGUE_BUSY' }))
    expect(performance.now() - startedAt).toBeLessThan(4500)
    other.exec('ROLLBACK').close()
  })
})

/** Lists backups in a process of its own and returns what that said; `until` may kill it. */
async function recordElsewhere(
  file: string,
  prefix: string,
  until: (child: ChildProcess, lines: readonly string[]) => void,
  shell = 'exec "$0" "$@"',
): Promise<readonly string[]> {
  const child = spawn('sh', ['-c', shell, process.execPath, script, file, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    until(child, said.trim().split('\n'))
  })
  await once(child, 'close')
  return said.trim().split('\n')
}

/** Kills a recording Larder ten times on one file, and looks for every acknowledged backup after each. */
async function killTenTimes(): Promise<readonly string[]> {
  using folder = tempFolder()
  const file = join(folder.path, 'catalogue.db')
  const acknowledged: string[] = []
  for (let cycle = 0; cycle < 10; cycle += 1) {
    const enough = cycle * 2 + 1
    const kept = await recordElsewhere(file, `record-${cycle}`, (child, lines) => {
      if (lines.length >= enough) child.kill('SIGKILL')
    })
    acknowledged.push(...kept)
    const { catalogue, replaced } = openOrReplaceCatalogue(file, now)
    expect(replaced).toBe(null)
    expect(acknowledged.filter((id) => backup(catalogue, id) === undefined)).toEqual([])
    catalogue.close()
  }
  return acknowledged
}

describe('a commit', { timeout: 120_000 }, () => {
  it('that was acknowledged is there after each of 30 kills', async () => {
    // Three files at once, because most of the time goes into starting processes.
    const chains = await Promise.all([1, 2, 3].map(killTenTimes))
    expect(chains.flat().length).toBeGreaterThan(30 * 5)
  })

  it('that finds no room on the disk fails as CATALOGUE_UNWRITABLE and spoils nothing', async () => {
    using folder = tempFolder()
    const file = join(folder.path, 'catalogue.db')
    openCatalogue(file).close()
    // A limit on the size of files stands for the full disk; its signal must not end the process.
    const said = await recordElsewhere(
      file,
      'record-full',
      () => {},
      `trap '' XFSZ; ulimit -f 600; exec "$0" "$@"`,
    )
    expect(said.at(-1)).toBe('CATALOGUE_UNWRITABLE')
    const catalogue = openCatalogue(file)
    expect(said.slice(0, -1).filter((id) => backup(catalogue, id) === undefined)).toEqual([])
    catalogue.close()
  })
})
