import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { Engine } from '../../electron/engine/engine.ts'
import { listBackups } from '../../electron/engine/catalogue/backups.ts'
import { runningJobs } from '../../electron/engine/catalogue/job-history.ts'
import { expectWhole, fingerprintOf } from '../support/after-fault.ts'
import { filesBelow } from '../support/canaries.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)
const site = await makeSite({ server })
afterAll(() => site[Symbol.asyncDispose]())
await site.engine.backUp('till')
await site.engine.backUp('till')

const file = join(site.dataFolder, 'catalogue.db')

/** Overwrites a part of the catalogue; a negative place counts from its end. */
function overwrite(at: number, bytes: Buffer): void {
  const whole = readFileSync(file)
  bytes.copy(whole, at < 0 ? whole.length + at : at)
  writeFileSync(file, whole)
}

function zeroPageOf(name: string): void {
  const sqlite = new Sqlite(file)
  const page = sqlite.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name)
  const size = Number(sqlite.pragma('page_size', { simple: true }))
  sqlite.close()
  overwrite((Number(page) - 1) * size, Buffer.alloc(size))
}

describe('a catalogue that was spoilt while Larder was not running', () => {
  test.each<readonly [string, () => void]>([
    ['its header zeroed', () => overwrite(0, Buffer.alloc(100))],
    ['nothing but noise', () => writeFileSync(file, Buffer.alloc(50_000, 'noise'))],
    ['cut in half', () => truncateSync(file, Math.floor(readFileSync(file).length / 2 / 4096) * 4096)],
    ['cut to nothing', () => truncateSync(file, 0)],
    ['the page of the backups zeroed', () => zeroPageOf('backups')],
    ['the page of an index zeroed', () => zeroPageOf('backups_by_time')],
    ['its last page garbage', () => overwrite(-4096, Buffer.alloc(4096, 'x'))],
    ['deleted', () => rmSync(file)],
    ['another database', () => (rmSync(file), new Sqlite(file).exec('CREATE TABLE songs (id)').close())],
  ])('%s, lists the same backups after the next start', async (_how, spoil) => {
    const listed = () => listBackups(site.engine.site.catalogue, { limit: 100 })
    const [before, files] = [listed(), fingerprintOf(site.folder)]
    site.engine.close()
    spoil()
    await site.reopen()
    expect(listed()).toEqual(before)
    expect(fingerprintOf(site.folder)).toEqual(files)
    expect(site.engine.find('latest').id).toBe(before[0]?.id)
  })

  test('is kept aside for a technician, not thrown away', () => {
    const kept = filesBelow(site.dataFolder).filter((one) => one.includes('catalogue.db.broken-'))
    expect(kept.length).toBeGreaterThan(5)
    expect(site.logged.join('\n')).toContain(kept[0])
  })

  test('goes on taking backups', async () => {
    await site.engine.backUp('till')
    expect(expectWhole(site)).toHaveLength(3)
  })
})

test('a catalogue of a newer Larder is left exactly as it is', async () => {
  site.engine.close()
  const sqlite = new Sqlite(file)
  const version = Number(sqlite.pragma('user_version', { simple: true }))
  sqlite.pragma('user_version = 99')
  sqlite.close()
  const before = readFileSync(file)
  await expect(Engine.open(site.world)).rejects.toMatchObject({ code: 'CATALOGUE_NEWER' })
  expect(readFileSync(file).equals(before)).toBe(true)
  const older = new Sqlite(file)
  older.pragma(`user_version = ${version}`)
  older.close()
  await site.reopen()
  expect(expectWhole(site)).toHaveLength(3)
})

describe('a catalogue that cannot be written for a while', () => {
  /** SQLite refuses every write on this connection, as it does on a full disk. */
  const refuseWrites = (on: boolean): void =>
    void site.engine.site.catalogue.run(`PRAGMA query_only = ${on ? 1 : 0}`)

  test('does not cost a backup that is under way', async () => {
    const before = expectWhole(site)
    const { id } = await site.engine.backUp('till', { report: ({ phase }) => refuseWrites(phase === 'dump') })
    expect(expectWhole(site)).toEqual([...before, id].toSorted())
    expect(site.logged.join('\n')).toContain('could not say how far it is')
  })

  test('at the very end loses neither the backup nor the end of its job', async () => {
    const before = expectWhole(site)
    const backup = site.engine.backUp('till', { report: ({ phase }) => refuseWrites(phase === 'finish') })
    await expect(backup).rejects.toMatchObject({ code: 'CATALOGUE_UNWRITABLE' })
    refuseWrites(false)
    const hasEnded = () => expect(runningJobs(site.engine.site.catalogue)).toEqual([])
    expect(hasEnded).toThrow()
    await vi.waitFor(hasEnded, 10_000)
    await site.reopen()
    expect(expectWhole(site)).toHaveLength(before.length + 1)
  })
})
