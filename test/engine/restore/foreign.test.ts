import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { readFingerprint } from '../../../electron/engine/postgres/fingerprint.ts'
import { openForeign } from '../../../electron/engine/restore/open-foreign.ts'
import { diskSpace } from '../../../electron/engine/disk-space.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { makeTill } from '../../support/small-till.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makeSite } from '../../support/test-site.ts'
import { sessionOf } from '../postgres/login.ts'
import { gzipped, stockTool } from './foreign-files.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server, 'other till')
// Whoever restores this elsewhere has neither the role nor the rights that it names.
await server.psql(
  'other till',
  'CREATE ROLE cook; ALTER TABLE dishes OWNER TO cook; GRANT SELECT ON "Receipts öäü" TO cook; CREATE ROLE guest',
)
const site = await makeSite({ server, database: await makeTill(server) })
afterAll(() => site[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())

const path = (name: string): string => join(place.path, name)
const dump = (name: string, ...args: readonly string[]): string => {
  stockTool(server, 'pg_dump', `--file=${path(name)}`, ...args, '--dbname=other till')
  return path(name)
}

const files = {
  custom: dump('custom.dump', '--format=custom'),
  tar: dump('archive.tar', '--format=tar'),
  folder: dump('folder', '--format=directory'),
  text: dump('text.sql'),
  inserts: dump('inserts.sql', '--inserts', '--no-owner'),
}

afterEach(() => {
  const folder = join(site.dataFolder, 'restore')
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
})

const contentOf = async (database: string) => {
  await using session = await sessionOf(server, database)
  return await readFingerprint(session)
}
const original = await contentOf('other till')

describe('a file that Larder did not make', () => {
  test.each([
    ['pg_dump --format=custom', files.custom],
    ['pg_dump --format=tar', files.tar],
    ['pg_dump --format=directory', files.folder],
    ['pg_dump', files.text],
    ['pg_dump --inserts', files.inserts],
    ['pg_dump -Fc, packed with gzip', gzipped(files.custom)],
    ['pg_dump -Ft, packed with gzip', gzipped(files.tar)],
    ['pg_dump, packed with gzip', gzipped(files.text)],
  ])('but %s becomes a new database with all that was in it', async (how, file) => {
    const into = `new ${how}`
    const result = await site.engine.restoreFile({ file, into, confirmed: true })
    expect(result).toMatchObject({
      verdict: 'restored-with-differences',
      database: into,
      backupId: null,
      keptAs: null,
      differences: [{ object: 'archive', expected: 'a manifest signed by this site', found: 'none' }],
      notes: expect.arrayContaining(['The file held 5 tables with 2110 rows.']),
    })
    expect(await contentOf(into)).toEqual(original)
  })

  test('gives nobody but the login any right, where its format can be told so', async () => {
    const owners = (database: string) =>
      server.psql(
        database,
        `SELECT pg_get_userbyid(relowner), relacl IS NOT NULL FROM pg_class
         WHERE relname IN ('dishes', 'Receipts öäü') GROUP BY 1, 2 ORDER BY 1`,
      )
    expect(await owners('other till')).toBe('cook|f\npostgres|t')
    for (const how of ['custom', 'tar', 'directory'])
      expect(await owners(`new pg_dump --format=${how}`)).toBe('postgres|f')
  })

  test('may be a text that a Windows editor has saved', async () => {
    const file = path('windows.sql')
    writeFileSync(
      file,
      '\uFEFF-- made by hand\r\nCREATE TABLE t (a text);\r\nCOPY t FROM stdin;\r\nüber\r\n\\.\r\nSELECT 1;\r\n',
    )
    await site.engine.restoreFile({ file, into: 'by hand', confirmed: true })
    expect(await server.psql('by hand', 'SELECT a FROM t')).toBe('über')
  })
})

test('an opened file is read in pieces, so that a large one needs no more memory than a small one', async () => {
  using into = tempFolder()
  const file = path('large.sql')
  const row = `${'1234567\t'.repeat(1000)}x\n`
  writeFileSync(file, `COPY t FROM stdin;\n${row.repeat(8000)}\\.\n`)
  const packed = gzipped(file)
  const before = process.memoryUsage().rss
  const { signal } = new AbortController()
  const opened = await openForeign(packed, { into: into.path, world: { space: diskSpace }, signal })
  expect(opened).toEqual({ kind: 'sql', path: join(into.path, 'unpacked') })
  // The text has 64 MB.
  expect(process.memoryUsage().rss - before).toBeLessThan(48 * 1024 * 1024)
})
