import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { recentJobs } from '../../../electron/engine/catalogue/job-history.ts'
import { expectCancelled, expectWhole } from '../../support/after-fault.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { makeEmpty, makeTill } from '../../support/small-till.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makeSite } from '../../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)
const site = await makeSite({ server })
afterAll(() => site[Symbol.asyncDispose]())
const folder = tempFolder()
afterAll(() => folder[Symbol.dispose]())

describe('a database exported as SQL', () => {
  test('is a script that psql runs, and no backup', async () => {
    const file = join(folder.path, 'till.sql')
    const { bytes } = await site.engine.exportPlain('till', file)
    const sql = readFileSync(file, 'utf8')
    expect(Buffer.byteLength(sql)).toBe(bytes)
    await makeEmpty(server, 'again')
    // PostgreSQL's own guard against doctored scripts is for psql alone.
    await server.psql('again', sql)
    expect(await server.psql('again', 'SELECT count(*) FROM orders')).toBe('2000')
    expect(expectWhole(site)).toEqual([])
    expect(recentJobs(site.engine.site.catalogue, { limit: 1 })).toMatchObject([
      { kind: 'export', state: 'done' },
    ])
  })

  test('never replaces a file that is there', async () => {
    const file = join(folder.path, 'precious.sql')
    writeFileSync(file, 'precious')
    await expect(site.engine.exportPlain('till', file)).rejects.toMatchObject({ code: 'USAGE' })
    expect(readFileSync(file, 'utf8')).toBe('precious')
  })

  test('needs a folder to go to', async () => {
    const file = join(folder.path, 'none', 'till.sql')
    await expect(site.engine.exportPlain('till', file)).rejects.toMatchObject({ code: 'DEST_UNAVAILABLE' })
  })

  test('leaves nothing when it is cancelled', async () => {
    const file = join(folder.path, 'cancelled.sql')
    const abort = new AbortController()
    await expectCancelled(site, () =>
      site.engine.exportPlain('till', file, {
        signal: abort.signal,
        report: ({ phase }) => void (phase === 'dump' && abort.abort()),
      }),
    )
    expect(existsSync(file) || existsSync(`${file}.partial`)).toBe(false)
  })
})
