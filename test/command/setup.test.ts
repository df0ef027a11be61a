import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Settings } from '../../electron/shared/model.ts'
import { filesBelow } from '../support/canaries.ts'
import { larder, setupArguments, startLarder } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const till = await makeTill(server)
await makeTill(server, 'bar')
const right = { PGPASSWORD: server.password }

let place: ReturnType<typeof tempFolder>
beforeEach(() => (place = tempFolder()))
afterEach(() => place[Symbol.dispose]())

const at = (name: string): string => join(place.path, name)
const settings = (): Settings => Settings.parse(JSON.parse(readFileSync(at('data/settings.json'), 'utf8')))

/** `larder setup` with the key file in this test's folder. */
const setup = (extra: readonly string[] = [], env: Record<string, string> = right, input = '') =>
  larder(
    ['setup', ...setupArguments(server, till, at('backups')), '--recovery-key-out', at('key.txt'), ...extra],
    { dataFolder: at('data'), env, input },
  )

describe('larder setup', () => {
  test('writes a recovery key file that age takes as it is, for its owner alone', async () => {
    const { exitCode, json } = await setup(['--name', 'Da Pina', '--json'])
    expect(exitCode).toBe(0)
    expect(json()).toMatchObject({ site: 'Da Pina', plan: 'production', recoveryKeyFile: at('key.txt') })
    expect(statSync(at('key.txt')).mode & 0o777).toBe(0o600)
    const text = readFileSync(at('key.txt'), 'utf8')
    expect(text).toMatch(/^(?:# .*\n)+# public key: age1[0-9a-z]{58}\nAGE-SECRET-KEY-1[0-9A-Z]{58}\n$/)
    const { stdout } = await execa('age-keygen', ['-y', at('key.txt')])
    expect(stdout).toBe(settings().keys.recoveryRecipient)
    expect(settings().plan).toEqual({ kind: 'production', databases: ['till'] })
  })

  test('keeps the settings and the secrets for their owner alone', async () => {
    await setup(['--plan', 'staging'])
    expect(settings().plan.kind).toBe('staging')
    for (const name of ['settings.json', 'secrets.json'])
      expect(statSync(at(`data/${name}`)).mode & 0o777).toBe(0o600)
    expect(statSync(at('data')).mode & 0o077).toBe(0)
  })

  test('takes folders and files from where it was called, and LARDER_DATA', async () => {
    mkdirSync(at('here'))
    const args = ['setup', ...setupArguments(server, till, 'backups')]
    const { exitCode, out } = await startLarder(args, {
      dataFolder: at('data'),
      env: right,
      cwd: at('here'),
    }).ended
    expect(exitCode).toBe(0)
    expect(settings().folder).toBe(at('here/backups'))
    expect(existsSync(at('here/larder-recovery-key.txt'))).toBe(true)
    expect(out).toContain(at('here/larder-recovery-key.txt'))
  })

  test('reads the password from standard input', async () => {
    const { exitCode } = await setup(['--password-stdin'], { PGPASSWORD: 'wrong' }, `${server.password}\n`)
    expect(exitCode).toBe(0)
    const nothing = await setup(['--password-stdin', '--json'], right)
    expect(nothing).toMatchObject({ exitCode: 2 })
  })

  test.each(['postgresql://me:hunter2@till/pos', 'postgresql://me@till/pos?password=hunter2'])(
    'refuses a password in the URL without repeating it: %s',
    async (url) => {
      const said = await larder(['setup', '--url', url, '--folder', at('backups'), '--json'], {
        dataFolder: at('data'),
      })
      expect(said).toMatchObject({ exitCode: 2 })
      expect(said.json()).toMatchObject({ fault: { code: 'USAGE' } })
      expect(said.out).toMatch(/everybody on this computer.*PGPASSWORD or --password-stdin/)
      expect(said.out + said.note).not.toContain('hunter2')
      expect(filesBelow(place.path)).toEqual([])
    },
  )

  test('refuses to write over a key file, and leaves it and everything else alone', async () => {
    writeFileSync(at('key.txt'), 'the only copy of another key')
    const { exitCode, note } = await setup()
    expect(exitCode).toBe(2)
    expect(note).toContain('may hold another key')
    expect(filesBelow(place.path)).toEqual([at('key.txt')])
    expect(readFileSync(at('key.txt'), 'utf8')).toBe('the only copy of another key')
  })

  test('sets nothing up when the key cannot be written', async () => {
    const { exitCode, note } = await setup(['--recovery-key-out', at('no/such/folder/key.txt')])
    expect(exitCode).toBe(2)
    expect(note).toContain('nothing was set up')
    expect(existsSync(at('data/settings.json'))).toBe(false)
    expect(await setup()).toMatchObject({ exitCode: 0 })
  })

  test('takes the key file away when the settings never came to be', async () => {
    mkdirSync(at('backups'))
    writeFileSync(at('backups/larder-folder.json'), JSON.stringify({ siteId: 'another till' }))
    const { exitCode, json } = await setup(['--json'])
    expect(exitCode).toBe(1)
    expect(json()).toMatchObject({ fault: { code: 'DEST_UNAVAILABLE' } })
    expect(existsSync(at('key.txt'))).toBe(false)
    expect(existsSync(at('data/settings.json'))).toBe(false)
  })

  test('after a wrong password everything is as before, and the right one works', async () => {
    const wrong = await setup(['--json'], { PGPASSWORD: 'wrong' })
    expect(wrong.exitCode).toBe(1)
    expect(wrong.json()).toMatchObject({ fault: { code: 'DB_AUTH' } })
    expect(filesBelow(place.path)).toEqual([])
    expect(await setup()).toMatchObject({ exitCode: 0 })
  })

  test('does nothing a second time', async () => {
    await setup()
    const before = [settings(), readFileSync(at('key.txt'), 'utf8')]
    const again = await setup(['--json', '--name', 'Another'])
    expect(again.exitCode).toBe(1)
    expect(again.json()).toMatchObject({ fault: { code: 'ALREADY_SET_UP' } })
    expect([settings(), readFileSync(at('key.txt'), 'utf8')]).toEqual(before)
  })

  test('writes no key for a site that does not encrypt', async () => {
    const { exitCode, json } = await setup(['--no-encrypt', '--json'])
    expect(exitCode).toBe(0)
    expect(json()).toMatchObject({ recoveryKeyFile: null })
    expect(existsSync(at('key.txt'))).toBe(false)
    const confirmed = await larder(['confirm-key', 'ABCDEFGH'], { dataFolder: at('data') })
    expect(confirmed.exitCode).toBe(2)
  })

  test('warns when the key lies beside what it opens', async () => {
    const { json } = await setup(['--recovery-key-out', at('key.txt'), '--folder', place.path, '--json'])
    expect(json()).toMatchObject({ warnings: [expect.stringContaining('Take it away')] })
  })

  test('covers the databases that are named, or all that hold something', async () => {
    await setup(['--databases', 'till,bar,till'])
    expect(settings().plan.databases).toEqual(['till', 'bar'])
    const all = await larder(
      ['setup', ...setupArguments(server, 'postgres', at('all')), '--all-databases', '--no-encrypt'],
      { dataFolder: at('data-all'), env: right },
    )
    expect(all.exitCode).toBe(0)
    const taken = await larder(['backup', '--all', '--json'], { dataFolder: at('data-all') })
    // The empty `postgres` is not among them, or there would be an alarm every night.
    expect(taken.json()).toMatchObject([{ database: 'bar' }, { database: 'till' }])
  })

  test.each([
    [['--databases', 'till', '--all-databases'], 'not both'],
    [['--databases', ','], 'names no database'],
    [['--plan', 'hourly'], 'production'],
    [['--name', ' '], 'needs a name'],
  ])('refuses %j', async (extra, words) => {
    const { exitCode, note } = await setup(extra)
    expect(exitCode).toBe(2)
    expect(note).toContain(words)
    expect(filesBelow(place.path)).toEqual([])
  })
})
