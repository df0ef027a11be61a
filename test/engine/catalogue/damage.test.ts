import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { listBackups } from '../../../electron/engine/catalogue/backups.ts'
import { openCatalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { openOrReplaceCatalogue } from '../../../electron/engine/catalogue/open-or-replace.ts'
import { needsRebuild } from '../../../electron/engine/catalogue/rebuild.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { record } from './temp-catalogue.ts'

const now = Date.UTC(2026, 5, 1, 3, 30)
const asideName = 'catalogue.db.broken-20260601T033000000Z'

/** A closed catalogue with 300 backups. */
function filledCatalogue(folder: string): string {
  const file = join(folder, 'catalogue.db')
  const catalogue = openCatalogue(file)
  catalogue.write(() => {
    for (let n = 0; n < 300; n += 1) record(catalogue, { id: `b${n}`, takenAt: n })
  })
  catalogue.close()
  return file
}

function overwrite(file: string, from: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, bytes, 0, bytes.length, from)
  closeSync(handle)
}

/** Everything in a folder, byte by byte, but the lock. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.endsWith('.lock'))
      .map((name) => [name, readFileSync(join(folder, name), 'base64')]),
  )

const page = 4096
const damages: Record<string, (file: string) => void> = {
  'its header zeroed': (file) => overwrite(file, 0, Buffer.alloc(100)),
  'garbage in place of its header': (file) => overwrite(file, 0, Buffer.alloc(100, 'garbage')),
  'cut in half': (file) => truncateSync(file, Math.floor(statSync(file).size / page / 2) * page),
  'cut to nothing': (file) => truncateSync(file, 0),
  'one page zeroed': (file) =>
    overwrite(file, Math.floor(statSync(file).size / page / 2) * page, Buffer.alloc(page)),
  'the database of another program in its place': (file) => {
    rmSync(file)
    new Sqlite(file).exec('CREATE TABLE notes (text)').close()
  },
  'a table dropped': (file) => {
    new Sqlite(file).exec('DROP TABLE manifests').close()
  },
}

describe('a catalogue with', () => {
  it.each(Object.entries(damages))(
    '%s is refused as it is, put aside, and replaced by an empty one',
    (_, damage) => {
      using folder = tempFolder()
      const file = filledCatalogue(folder.path)
      damage(file)
      const damaged = contents(folder.path)
      expect(() => openCatalogue(file)).toThrow(expect.objectContaining({ code: 'CATALOGUE_BROKEN' }))
      expect(contents(folder.path)).toEqual(damaged)

      const { catalogue, replaced } = openOrReplaceCatalogue(file, now)
      expect(basename(replaced ?? '')).toBe(asideName)
      expect(contents(folder.path)[asideName]).toBe(damaged['catalogue.db'])
      expect(needsRebuild(catalogue)).toBe(true)
      expect(listBackups(catalogue, { limit: 10 })).toEqual([])
      catalogue.close()

      const again = openOrReplaceCatalogue(file, now)
      expect(again.replaced).toBe(null)
      again.catalogue.close()
    },
  )
})

describe('opening a catalogue', () => {
  it('makes one where there is none and asks for it to be filled, until it was', () => {
    using folder = tempFolder()
    const file = join(folder.path, 'catalogue.db')
    const { catalogue, replaced } = openOrReplaceCatalogue(file, now)
    expect([replaced, needsRebuild(catalogue)]).toEqual([null, true])
    catalogue.close()
    const again = openCatalogue(file)
    expect(needsRebuild(again)).toBe(true)
    again.close()
  })

  it('does not let the log of a lost file into the new one', () => {
    using folder = tempFolder()
    const file = leaveLog(folder.path, 'CREATE TABLE left_behind (n)')
    rmSync(file)
    const { catalogue } = openOrReplaceCatalogue(file, now)
    expect(listBackups(catalogue, { limit: 10 })).toEqual([])
    catalogue.close()
    expect(readdirSync(folder.path)).toContain(`${asideName}-wal`)
  })

  it('refuses the file of a newer Larder and leaves every byte of it', () => {
    using folder = tempFolder()
    const file = filledCatalogue(folder.path)
    new Sqlite(file).exec('PRAGMA user_version = 99').close()
    const before = contents(folder.path)
    for (const open of [openCatalogue, (one: string) => openOrReplaceCatalogue(one, now)])
      expect(() => open(file)).toThrow(expect.objectContaining({ code: 'CATALOGUE_NEWER' }))
    expect(contents(folder.path)).toEqual(before)
  })

  it('sees that a file is newer when only its log says so, and leaves both', () => {
    using folder = tempFolder()
    const file = leaveLog(folder.path, 'PRAGMA user_version = 99')
    const read = (suffix: string): string => readFileSync(file + suffix, 'base64')
    const before = [read(''), read('-wal')]
    expect(() => openOrReplaceCatalogue(file, now)).toThrow(
      expect.objectContaining({ code: 'CATALOGUE_NEWER' }),
    )
    expect([read(''), read('-wal')]).toEqual(before)
  })

  it('says CATALOGUE_UNWRITABLE when the place of the file is a folder', () => {
    using folder = tempFolder()
    const file = join(folder.path, 'catalogue.db')
    mkdirSync(file)
    expect(() => openOrReplaceCatalogue(file, now)).toThrow(
      expect.objectContaining({ code: 'CATALOGUE_UNWRITABLE' }),
    )
  })
})

/** Runs SQL on a filled catalogue in a process that is killed before its log is moved into the file. */
function leaveLog(folder: string, sql: string): string {
  const file = filledCatalogue(folder)
  const script = `const sqlite = new (require('better-sqlite3'))(process.argv[1])
    sqlite.exec(process.argv[2])
    process.kill(process.pid, 'SIGKILL')`
  try {
    execFileSync(process.execPath, ['-e', script, file, sql])
  } catch {
    // It was killed, as it was meant to be.
  }
  if (statSync(`${file}-wal`).size === 0) throw new Error('no log was left')
  return file
}
