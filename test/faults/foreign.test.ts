import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import type { FaultCode } from '../../electron/shared/fault.ts'
import { gzipped, stockTool } from '../engine/restore/foreign-files.ts'
import { faultOf } from '../engine/postgres/login.ts'
import { expectCancelled, expectFault } from '../support/after-fault.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeEmpty, makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { makeSite, type SiteOptions, type TestSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)
const site = await makeSite({ server })
afterAll(() => site[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())

const path = (name: string): string => join(place.path, name)
const dump = (name: string, ...args: readonly string[]): string => {
  stockTool(server, 'pg_dump', `--file=${path(name)}`, '--dbname=till', ...args)
  return path(name)
}
const made = (name: string, content: string | Uint8Array): string => {
  writeFileSync(path(name), content)
  return path(name)
}
/** The first part of a file, as a full disk or a pulled stick leaves it. */
const cut = (file: string, share: number): string => {
  const bytes = readFileSync(file)
  return made(`cut-${share}-${file.split('/').at(-1)}`, bytes.subarray(0, Math.floor(bytes.length * share)))
}

const custom = dump('whole.dump', '--format=custom')
const tar = dump('whole.tar', '--format=tar')
const text = dump('whole.sql')

const databases = (): Promise<string> =>
  server.psql('postgres', 'SELECT datname FROM pg_database ORDER BY datname')
const privateFiles = ({ dataFolder }: TestSite): string[] =>
  existsSync(join(dataFolder, 'restore')) ? readdirSync(join(dataFolder, 'restore')) : []

/** Restores a file in vain: the fault is the expected one, and nothing is left on the server or the disk. */
async function refuse(code: FaultCode, file: string, where: TestSite = site, into = 'from elsewhere') {
  const before = await databases()
  const fault = await expectFault(where, code, () =>
    where.engine.restoreFile({ file, into, confirmed: true }),
  )
  expect(await databases()).toBe(before)
  expect(privateFiles(where)).toEqual([])
  return fault
}

describe('a file that is no backup of one database', () => {
  test.each([
    ['an empty file', made('empty.dump', ''), 'it is empty'],
    ['a picture', made('menu.png', '\u0089PNG\r\n\u001A\n\u0000\u0000\u0000\rIHDR'), 'no backup'],
    [
      'a picture in gzip',
      gzipped(made('menu2.png', '\u0089PNG\r\n\u001A\n\u0000\u0000\u0000\rIHDR')),
      'no backup',
    ],
    [
      'a backup packed twice',
      made('twice.gz', gzipSync(readFileSync(gzipped(dump('twice.dump', '--format=custom'))))),
      'packed twice',
    ],
    ['a file that is not there', path('nowhere.dump'), 'there is no such file'],
    ['a device', '/dev/zero', 'neither a file nor a folder'],
  ])('is refused: %s', async (_, file, problem) => {
    expect((await refuse('FOREIGN_UNREADABLE', file)).text).toContain(problem)
  })

  test('is refused: a folder without a table of contents', async () => {
    mkdirSync(path('photos'))
    made('photos/1.jpg', 'x')
    expect((await refuse('FOREIGN_UNREADABLE', path('photos'))).text).toContain('no toc.dat')
  })

  test('is refused: what pg_dumpall wrote, which would connect to every database of the server', async () => {
    stockTool(server, 'pg_dumpall', `--file=${path('all.sql')}`, '--database=dbname=postgres')
    expect((await refuse('FOREIGN_UNREADABLE', path('all.sql'))).text).toContain('whole server')
    const headless = made(
      'headless.sql',
      readFileSync(path('all.sql'), 'utf8').split('\n').slice(4).join('\n'),
    )
    expect((await refuse('FOREIGN_UNREADABLE', headless)).text).toMatch(/line \d+ holds a command to psql/)
  })
})

describe('a file that stops in the middle', () => {
  test.each([
    ['custom', cut(custom, 0.9)],
    ['custom, in its table of contents', cut(custom, 0.05)],
    ['custom in gzip', cut(gzipped(custom), 0.7)],
    ['tar', cut(tar, 0.6)],
    ['text', cut(text, 0.5)],
    [
      'text, between two statements',
      made('between.sql', `${readFileSync(text, 'utf8').split(';\n').slice(0, 30).join(';\n')};\n`),
    ],
    ['text in gzip', cut(gzipped(text), 0.9)],
  ])('leaves nothing: %s', async (_, file) => {
    expect((await refuse('FOREIGN_UNREADABLE', file)).text).toMatch(/stops in the middle/)
  })

  test.each([0, 10, 300])(
    'leaves nothing: a folder with a file of which %i bytes are there',
    async (bytes) => {
      const folder = dump(`folder ${bytes}`, '--format=directory')
      for (const name of readdirSync(folder).filter((one) => /^\d+\.dat\.gz$/.test(one)))
        if (statSync(join(folder, name)).size > bytes) truncateSync(join(folder, name), bytes)
      expect((await refuse('FOREIGN_UNREADABLE', folder)).text).toMatch(/stops in the middle/)
    },
  )

  test('leaves nothing: rows that end early, and no tool would notice', async () => {
    const folder = dump('folder plain', '--format=directory', '--compress=0')
    const rows = readdirSync(folder).find((name) => readFileSync(join(folder, name)).includes('dish 2\t'))
    const file = join(folder, rows ?? '')
    truncateSync(file, readFileSync(file, 'utf8').indexOf('2\tdish 2'))
    expect((await refuse('FOREIGN_UNREADABLE', folder)).text).toContain('stops in the middle')

    const early = readFileSync(tar).subarray(0, readFileSync(tar).indexOf('2\tdish 2\t'))
    expect((await refuse('FOREIGN_UNREADABLE', made('early.tar', early))).text).toContain(
      'stops in the middle',
    )
  })
})

describe('a text with a command to psql', () => {
  const mark = path('it-ran')
  test.each([
    ['in a line of its own', `SELECT 1;\n\\! touch ${mark}\n`, 2],
    ['after a statement', `SELECT 1 \\g | touch ${mark}\n`, 1],
    ['in the line that guards it', `\\restrict a\nSELECT 1;\n\\unrestrict \`touch ${mark}\`\n`, 3],
    ['behind what only looks like rows', `COPY (SELECT 1 AS stdin) TO stdout;\n\\! touch ${mark}\n\\.\n`, 2],
    ['behind rows', `CREATE TABLE t ();\nCOPY t FROM stdin;\n\\.\n\\copy t to program 'touch ${mark}'\n`, 4],
  ])('is refused with its line: %s', async (how, sql, line) => {
    const fault = await refuse('FOREIGN_UNREADABLE', made(`${how}.sql`, sql))
    expect(fault.text).toContain(`line ${line} holds a command to psql`)
    expect(existsSync(mark)).toBe(false)
  })

  test('does not run it even when the file is changed after it was looked at', async () => {
    const before = await databases()
    const file = made(
      'changing.sql',
      `SELECT pg_sleep(1);\n${`SELECT 1; -- ${'x'.repeat(200)}\n`.repeat(20_000)}`,
    )
    const restored = faultOf(
      site.engine.restoreFile(
        { file, into: 'from elsewhere', confirmed: true },
        { report: ({ phase }) => void (phase === 'restore' && writeFileSync(file, `\\! touch ${mark}\n`)) },
      ),
    )
    expect(await restored).toMatchObject({ code: 'FOREIGN_UNREADABLE' })
    expect(existsSync(mark)).toBe(false)
    expect(await databases()).toBe(before)
  })
})

describe('a restore that cannot be finished', () => {
  test.each([
    ['custom', '--format=custom'],
    ['tar', '--format=tar'],
    ['directory', '--format=directory'],
    ['text', '--format=plain'],
  ])('leaves nothing of the half that went well: %s', async (how, format) => {
    const name = await makeEmpty(server, `orphan ${how}`)
    // The row without a parent is found at the very end, when everything else is there.
    await server.psql(
      name,
      `CREATE TABLE dishes (id integer PRIMARY KEY); CREATE TABLE lines (dish integer REFERENCES dishes);
       INSERT INTO dishes SELECT generate_series(1, 1000); SET session_replication_role = replica;
       INSERT INTO lines VALUES (4711)`,
    )
    const file = path(`orphan ${how}`)
    stockTool(server, 'pg_dump', `--file=${file}`, format, `--dbname=dbname='${name}'`)
    const fault = await refuse('RESTORE_FAILED', file)
    expect(fault.detail).toContain('violates foreign key constraint')
  })

  test('leaves nothing when it is cancelled', async () => {
    const before = await databases()
    const stop = new AbortController()
    await expectCancelled(site, async () => {
      const file = made('slow.sql', 'CREATE TABLE t (); SELECT pg_sleep(30);')
      const restored = site.engine.restoreFile(
        { file, into: 'slow', confirmed: true },
        {
          signal: stop.signal,
          report: ({ phase }) => void (phase === 'restore' && setTimeout(() => stop.abort(), 300)),
        },
      )
      await restored
    })
    expect(await databases()).toBe(before)
    expect(privateFiles(site)).toEqual([])
  })

  test('leaves the database alone that somebody makes under its name meanwhile', async () => {
    const file = made('race.sql', 'CREATE TABLE t (); SELECT pg_sleep(1);')
    const restored = faultOf(site.engine.restoreFile({ file, into: 'race', confirmed: true }))
    await wait(600)
    await makeEmpty(server, 'race')
    await server.psql('race', 'CREATE TABLE precious ()')
    expect(await restored).toMatchObject({ code: 'RESTORE_NAME_TAKEN' })
    expect(await server.psql('race', 'SELECT count(*) FROM precious')).toBe('0')
    expect(await databases()).not.toContain('_larder_')
  })
})

test('a file is not opened before somebody says that they know where it comes from', async () => {
  const fault = await expectFault(site, 'FOREIGN_UNCONFIRMED', () =>
    site.engine.restoreFile({ file: path('nowhere.dump'), into: 'till', confirmed: false }),
  )
  expect(fault.next).toContain('--yes')
})

test('a database that is there is never restored into', async () => {
  await refuse('RESTORE_NAME_TAKEN', custom, site, 'till')
})

describe('a small file with very much in it', () => {
  const gigabyte = 1024 ** 3
  /** Of a disk on which `usedOf` bytes lie. */
  const bombed = (space: NonNullable<SiteOptions['space']>) => makeSite({ server, space })

  test('is not unpacked into the reserve of the disk', async () => {
    const bomb = made('bomb.sql.gz', gzipSync(Buffer.alloc(96 * 1024 * 1024, '-- x\n')))
    const unpackedIn = (folder: string): number => {
      const [job = ''] = existsSync(join(folder, 'restore')) ? readdirSync(join(folder, 'restore')) : []
      const file = join(folder, 'restore', job, 'unpacked')
      return existsSync(file) ? statSync(file).size : 0
    }
    let dataFolder = ''
    let least = Infinity
    await using other = await bombed(async () => {
      const freeBytes = gigabyte + 40 * 1024 * 1024 - unpackedIn(dataFolder)
      least = Math.min(least, freeBytes)
      return { freeBytes, totalBytes: 500 * gigabyte }
    })
    dataFolder = other.dataFolder
    await refuse('DISK_FULL', bomb, other)
    expect(least).toBeGreaterThanOrEqual(gigabyte)
  })
})
