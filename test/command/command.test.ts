import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { Backup, CheckResult, FaultRecord, Fingerprint, Status } from '../../electron/shared/model.ts'
import { larder, makeCommandSite, type Answer, type CommandSite } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeEmpty, makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'

const Failure = z.strictObject({ fault: FaultRecord })
const Shown = Backup.extend({ toolVersion: z.string(), fingerprint: Fingerprint })
const Doctor = z.strictObject({
  checks: z.array(
    z.strictObject({
      name: z.string(),
      state: z.enum(['ok', 'warning', 'problem']),
      text: z.string(),
      next: z.string().optional(),
    }),
  ),
})

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())

const faultOf = ({ json }: Answer) => Failure.parse(json()).fault

describe('before larder is set up', () => {
  test.each(['list', 'status', 'backup', 'verify latest', 'show latest', 'confirm-key ABCDEFGH'])(
    'larder %s says so',
    async (line) => {
      const said = await larder([...line.split(' '), '--json'], { dataFolder: join(place.path, 'nothing') })
      expect(said.exitCode).toBe(1)
      expect(faultOf(said).code).toBe('NOT_SET_UP')
    },
  )

  test('the doctor looks at the computer and tells what is missing', async () => {
    const said = await larder(['doctor', '--json'], { dataFolder: join(place.path, 'nothing') })
    const { checks } = Doctor.parse(said.json())
    expect(said.exitCode).toBe(1)
    expect(checks).toContainEqual(expect.objectContaining({ name: 'settings', state: 'problem' }))
    expect(checks.some(({ name, text }) => name === 'tools' && /PostgreSQL \d+/.test(text))).toBe(true)
  })
})

describe('wrong usage', () => {
  test.each([
    [[], 'not told what to do'],
    [['bakcup'], "Unknown command 'bakcup'"],
    [['list', '--limt', '3'], 'Did you mean --limit?'],
    [['list', '--limit', 'many'], 'wants a number'],
    [['list', '--limit', '0'], 'starts at 1'],
    [['show'], "argument 'id'"],
    [['backup', '--all', '--database', 'till'], 'not both'],
    [['backup', '--all', '--plain', 'x.sql'], '--database'],
  ])('%j ends with 2 and a sentence', async (args, words) => {
    const plain = await larder(args, { dataFolder: place.path })
    expect(plain).toMatchObject({ exitCode: 2, out: '' })
    expect(plain.note).toContain(words)
    const json = await larder([...args, '--json'], { dataFolder: place.path })
    expect(json.exitCode).toBe(2)
    expect(faultOf(json)).toMatchObject({ code: 'USAGE', text: expect.stringContaining(words) })
  })

  test('help and version are answers, not faults', async () => {
    for (const args of [['--help'], ['backup', '--help'], ['--version']]) {
      const { exitCode, out, note } = await larder(args, { dataFolder: place.path })
      expect([exitCode, note]).toEqual([0, ''])
      expect(out).not.toBe('')
    }
  })
})

describe('one database', () => {
  let site: CommandSite
  let first: Backup
  beforeAll(async () => {
    site = await makeCommandSite(server, place.path, [await makeTill(server)])
    first = Backup.parse((await site.run('backup', '--json')).json())
  })

  test('backup answers with the backup as the catalogue has it', async () => {
    expect(first).toMatchObject({ database: 'till', state: 'intact', encrypted: true })
    expect(first.file.startsWith(site.folder)).toBe(true)
    expect(existsSync(first.file)).toBe(true)
    const listed = z.array(Backup).parse((await site.run('list', '--json')).json())
    expect(listed).toContainEqual(first)
  })

  test('show adds what was in it', async () => {
    const { fingerprint, ...backup } = Shown.parse((await site.run('show', first.id, '--json')).json())
    expect(backup).toMatchObject(first)
    expect(fingerprint.tables).toContainEqual(
      expect.objectContaining({ schema: 'public', name: 'dishes', rows: 60 }),
    )
    const words = await site.run('show', 'latest')
    expect(words.out).toMatch(/^till, backup \w+: intact\./)
    expect(words.out).toMatch(/^public\.orders +partitioned +2,000$/m)
  })

  test('list is newest first, and no longer than asked for', async () => {
    const second = Backup.parse((await site.run('backup', '--database', 'till', '--json')).json())
    const ids = z
      .array(Backup)
      .parse((await site.run('list', '--json')).json())
      .map(({ id }) => id)
    expect(ids.slice(-2)).toEqual([second.id, first.id])
    expect(z.array(Backup).parse((await site.run('list', '--limit', '1', '--json')).json())).toHaveLength(1)
    expect((await site.run('list', '--database', 'bar', '--json')).json()).toEqual([])
    const { out } = await site.run('list')
    const [head = '', ...rows] = out.trimEnd().split('\n')
    // Every row begins and its numbers end where the headings do.
    for (const row of rows) {
      expect(row.indexOf('till')).toBe(head.indexOf('DATABASE'))
      expect(row[head.indexOf('ROWS') + 3]).toMatch(/\d/)
    }
  })

  test('verify reads it in full, one or all', async () => {
    const one = await site.run('verify', first.id, '--json')
    expect(one.exitCode).toBe(0)
    expect(CheckResult.parse(one.json())).toMatchObject({ id: first.id, verdict: 'intact', differences: [] })
    const all = z.array(CheckResult).parse((await site.run('verify', 'all', '--json')).json())
    expect(all.map(({ id }) => id)).toContain(first.id)
  })

  test('verify ends with 1 for a backup that has gone bad, and names what differs', async () => {
    const bad = Backup.parse((await site.run('backup', '--json')).json())
    const bytes = readFileSync(bad.file)
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1
    writeFileSync(bad.file, bytes)
    const said = await site.run('verify', bad.id, '--json')
    expect(said.exitCode).toBe(1)
    expect(CheckResult.parse(said.json())).toMatchObject({
      verdict: 'corrupt',
      differences: [{ expected: bad.sha256 }],
    })
    expect((await site.run('verify', 'all')).exitCode).toBe(1)
    expect((await site.run('verify', 'latest')).exitCode).toBe(0)
  })

  test('an id that nobody knows ends with 1', async () => {
    for (const verb of ['show', 'verify']) {
      const said = await site.run(verb, 'nope', '--json')
      expect(said.exitCode).toBe(1)
      expect(faultOf(said)).toMatchObject({ code: 'BACKUP_UNKNOWN', text: expect.stringContaining('nope') })
    }
  })

  test('status ends with 4 as long as the site is not protected', async () => {
    const said = await site.run('status', '--json')
    expect(said.exitCode).toBe(4)
    const { health, alerts } = Status.parse(said.json())
    expect(health).not.toBe('protected')
    expect(alerts.map(({ code }) => code)).toContain('NOT_PROVEN')
  })

  test('confirm-key ends with 12 for a wrong key, and believes the right one', async () => {
    const wrong = await site.run('confirm-key', 'AAAAAAAA', '--json')
    expect([wrong.exitCode, faultOf(wrong).code]).toEqual([12, 'KEY_WRONG'])
    const short = await site.run('confirm-key', 'AAA', '--json')
    expect([short.exitCode, faultOf(short).code]).toEqual([12, 'KEY_TYPO'])
    const ending = readFileSync(site.keyFile, 'utf8').trimEnd().slice(-8)
    const right = await site.run('confirm-key', ending.toLowerCase())
    expect(right.exitCode).toBe(0)
    const { alerts } = Status.parse((await site.run('status', '--json')).json())
    expect(alerts.map(({ code }) => code)).not.toContain('KEY_UNCONFIRMED')
  })

  test('the plain export is what psql takes, and never replaces a file', async () => {
    const file = join(place.path, 'till.sql')
    const said = await site.run('backup', '--plain', file, '--json')
    expect(said.exitCode).toBe(0)
    const sql = readFileSync(file, 'utf8')
    expect(said.json()).toEqual({ database: 'till', file, bytes: Buffer.byteLength(sql) })
    await makeEmpty(server, 'again')
    await server.psql('again', sql)
    const rows = 'SELECT count(*) FROM orders; SELECT count(*) FROM dishes'
    expect(await server.psql('again', rows)).toBe(await server.psql('till', rows))
    const twice = await site.run('backup', '--plain', file, '--json')
    expect([twice.exitCode, faultOf(twice).code]).toEqual([2, 'USAGE'])
    expect(readFileSync(file, 'utf8')).toBe(sql)
  })

  test('the doctor finds all well, and a problem when the folder or the server is gone', async () => {
    const well = await site.run('doctor', '--json')
    expect(well.exitCode).toBe(0)
    const names = Doctor.parse(well.json()).checks.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'tools',
        'settings',
        'catalogue',
        'secrets',
        'site key',
        'signing key',
        'server',
        'database till',
        'folder',
        'space',
        'clock',
      ]),
    )
    const secrets = Doctor.parse(well.json()).checks.find(({ name }) => name === 'secrets')
    expect(secrets?.text).toContain('database-password (file)')

    const gone = await makeCommandSite(server, place.path, [await makeTill(server, 'gone')])
    rmSync(gone.folder, { recursive: true })
    await server.psql('postgres', "ALTER ROLE postgres PASSWORD 'another'")
    try {
      const ill = await gone.run('doctor', '--json')
      expect(ill.exitCode).toBe(1)
      const problems = Doctor.parse(ill.json()).checks.filter(({ state }) => state === 'problem')
      expect(problems.map(({ name }) => name)).toEqual(['server', 'folder'])
      expect(problems.every(({ next }) => next !== undefined)).toBe(true)
    } finally {
      await resetPassword()
    }
  })
})

async function resetPassword(): Promise<void> {
  const client = new Client({ host: server.host, port: server.port, user: 'postgres', password: 'another' })
  await client.connect()
  await client.query(`ALTER ROLE postgres PASSWORD '${server.password}'`)
  await client.end()
}
