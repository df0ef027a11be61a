import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { addOffsets } from '../../../electron/engine/verify/add-offsets.ts'
import { readToc } from '../../../electron/engine/verify/archive-toc-rules.ts'
import { newestDebianBinDir } from '../../../scripts/private-postgres/binaries.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { makeEmpty, makeTill } from '../../support/small-till.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())
const programs = await newestDebianBinDir('pg_dump')

await makeTill(server)
// A table of contents larger than what is read of it at first.
await server.psql(
  'till',
  `DO $$ BEGIN EXECUTE format('COMMENT ON TABLE dishes IS %L', repeat('x', 700000)); END $$`,
)

const env = {
  PGHOST: server.host,
  PGPORT: String(server.port),
  PGUSER: server.user,
  PGPASSWORD: server.password,
  PGDATABASE: 'till',
}
const run = (program: string, ...args: readonly string[]) =>
  execa(join(programs, program), args, { env, encoding: 'buffer', stripFinalNewline: false })
const at = (name: string): string => join(place.path, name)

await run('pg_dump', '--format=custom', '--compress=0', '--file', at('whole'))
writeFileSync(at('piped'), (await run('pg_dump', '--format=custom', '--compress=0')).stdout)

const archive = at('archive')
beforeEach(() => copyFileSync(at('piped'), archive))

/** The whole archive as SQL; what pg_restore says when it cannot read it. */
async function readAll(file: string): Promise<string> {
  const { stdout, stderr, exitCode } = await execa(
    join(programs, 'pg_restore'),
    ['--file=-', '--restrict-key=same', file],
    { reject: false, env: { LC_ALL: 'C' }, encoding: 'latin1' },
  )
  return exitCode === 0 ? stdout : `${stdout}\n${stderr}`
}

describe('an archive that came through a pipe', () => {
  test('becomes, byte by byte, the one that pg_dump writes into a file', async () => {
    expect(await addOffsets(archive)).toBe(true)
    const [patched, whole] = [readFileSync(archive), readFileSync(at('whole'))]
    // The second in which they were made differs: seven numbers behind the compression.
    whole.copy(patched, 16, 16, 16 + 7 * 5)
    expect(patched.equals(whole)).toBe(true)
    expect(await addOffsets(archive)).toBe(false)
  })

  test('is read as before, and restored by several jobs', async () => {
    await addOffsets(archive)
    const lists = await Promise.all([archive, at('piped')].map((file) => run('pg_restore', '--list', file)))
    expect(lists[0]?.stdout).toEqual(lists[1]?.stdout)
    expect(await readAll(archive)).toBe(await readAll(at('piped')))
    await makeEmpty(server, 'restored')
    await run('pg_restore', '--jobs=4', '--dbname=restored', archive)
    const count = `SELECT (SELECT count(*) FROM dishes), (SELECT count(*) FROM orders), (SELECT sum(length(scan))
      FROM "Receipts öäü"), (SELECT count(*) FROM pg_largeobject)`
    expect(await server.psql('restored', count)).toEqual(await server.psql('till', count))
  })

  test('of pg_dump 18, where large objects are kept another way, is found its way in too', async () => {
    const whole = readFileSync(new URL('./pg-dump-18.dump', import.meta.url))
    const toc = readToc(whole)
    if (typeof toc === 'string') throw new Error(`the archive is ${toc}`)
    const withData = toc.entries.filter(({ data }) => data === 'known')
    expect(withData).toHaveLength(4)
    const piped = Buffer.from(whole)
    for (const { place: where } of withData) piped.fill(0, where, where + 9).writeUInt8(1, where)
    writeFileSync(archive, piped)
    expect(await addOffsets(archive)).toBe(true)
    expect(readFileSync(archive).equals(whole)).toBe(true)
  })
})

describe('what is not such an archive stays as it is', () => {
  test.each([
    ['compressed', ['--format=custom', '--compress=1']],
    ['in the tar format', ['--format=tar']],
    ['plain SQL', ['--format=plain']],
  ])('%s', async (_, args) => {
    writeFileSync(archive, (await run('pg_dump', ...args)).stdout)
    const before = readFileSync(archive)
    expect(await addOffsets(archive)).toBe(false)
    expect(readFileSync(archive).equals(before)).toBe(true)
  })

  test('an empty file, one with something behind its end, and one whose patching was cancelled', async () => {
    writeFileSync(archive, '')
    expect(await addOffsets(archive)).toBe(false)
    const longer = Buffer.concat([readFileSync(at('piped')), Buffer.from('\u0001')])
    writeFileSync(archive, longer)
    expect(await addOffsets(archive)).toBe(false)
    expect(readFileSync(archive).equals(longer)).toBe(true)
    copyFileSync(at('piped'), archive)
    await expect(addOffsets(archive, AbortSignal.abort())).rejects.toThrow(/abort/)
    expect(readFileSync(archive).equals(readFileSync(at('piped')))).toBe(true)
  })
})

test('a damaged archive is left alone, or is read exactly as before', async () => {
  const good = readFileSync(at('piped'))
  const toc = readToc(good)
  const dataAt = typeof toc === 'string' ? 0 : toc.end
  // Half of the damage where it hurts: the comment is most of the table of contents.
  const where = fc.oneof(
    fc.integer({ min: 0, max: 4000 }),
    fc.integer({ min: dataAt - 4000, max: good.length - 1 }),
  )
  const damage = fc.oneof(
    fc.record({ cutAt: where }),
    fc.record({ flipAt: where, bit: fc.integer({ min: 0, max: 7 }) }),
  )
  let patched = 0
  await fc.assert(
    fc.asyncProperty(damage, async (one) => {
      const bad = Buffer.from('cutAt' in one ? good.subarray(0, one.cutAt) : good)
      if ('flipAt' in one) bad.writeUInt8(bad.readUInt8(one.flipAt) ^ (1 << one.bit), one.flipAt)
      writeFileSync(archive, bad)
      if (await addOffsets(archive)) {
        patched += 1
        writeFileSync(at('bad'), bad)
        expect(await readAll(archive)).toBe((await readAll(at('bad'))).replaceAll(at('bad'), archive))
      } else expect(readFileSync(archive).equals(bad)).toBe(true)
    }),
    { numRuns: 150 },
  )
  expect(patched).toBeGreaterThan(0)
})
