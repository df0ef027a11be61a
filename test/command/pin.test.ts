import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { filesBelow, watchArgv } from '../support/canaries.ts'
import { larder, makeCommandSite, startLarder, type Answer } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())
const site = await makeCommandSite(server, place.path, [await makeTill(server)])
const open = await makeCommandSite(server, place.path, [await makeTill(server, 'open')])

const { dataFolder, keyFile } = site
const pinFile = join(dataFolder, 'pin.json')
const pin = (line: string, input = '') => larder(['pin', ...line.split(' ')], { dataFolder, input })
const code = ({ json }: Answer) => (json() as { fault: { code: string } }).fault.code

describe('larder pin', () => {
  test('is set from standard input, and changed with the old one', async () => {
    expect((await pin('state')).out).toContain('There is no PIN yet')
    const first = await pin('set --json', 'canary-Kx7-one\n')
    expect([first.exitCode, first.json()]).toEqual([0, { isSet: true, waitMs: 0 }])
    expect(code(await pin('set --json', 'canary-Kx7-two\n'))).toBe('USAGE')
    expect(code(await pin('set --json', 'guess\ncanary-Kx7-two\n'))).toBe('PIN_WRONG')
    const changed = await pin('set', 'canary-Kx7-one\r\ncanary-Kx7-two\r\n')
    expect([changed.exitCode, changed.out]).toEqual([0, 'The PIN is set.\n'])
    expect((await pin('state')).out).toBe('There is a PIN.\n')
  })

  test('is no argument: what is typed there is refused', async () => {
    const said = await pin('set canary-Kx7-two')
    expect(said.exitCode).toBe(2)
    expect(said.out + said.note).not.toContain('canary')
  })

  test('is set anew with the recovery key file, also where its own file is damaged', async () => {
    writeFileSync(pinFile, 'damaged')
    expect(code(await pin('state --json'))).toBe('PIN_BROKEN')
    const foreign = await pin(`reset --json --key-file ${open.keyFile}`, 'canary-Kx7-three')
    expect([foreign.exitCode, code(foreign)]).toEqual([12, 'KEY_WRONG'])
    expect(code(await pin('reset --json', 'canary-Kx7-three'))).toBe('USAGE')
    expect(code(await pin('reset --json --key-file nowhere', 'canary-Kx7-three'))).toBe('USAGE')
    expect(code(await pin(`reset --json --key-file ${keyFile}`, '123456'))).toBe('PIN_WEAK')
    const reset = await pin(`reset --json --key-file ${keyFile}`, 'canary-Kx7-three')
    expect(reset.json()).toEqual({ isSet: true, waitMs: 0 })
  })

  test('tells how long to wait after too many wrong ones', async () => {
    for (let tries = 0; tries < 5; tries += 1) await pin('set', 'guess\ncanary-Kx7-four')
    expect(code(await pin('set --json', 'canary-Kx7-three\ncanary-Kx7-four'))).toBe('PIN_WAIT')
    expect((await pin('state')).out).toMatch(/looked at in \d+ seconds/)
    await pin(`reset --key-file ${keyFile}`, 'canary-Kx7-three')
    expect((await pin('state')).out).toBe('There is a PIN.\n')
  })

  test('shows neither in arguments nor in words, logs or files', async () => {
    const watch = watchArgv(new Map([['pin', 'canary-Kx7']]))
    const input = 'canary-Kx7-three\ncanary-Kx7-five\n'
    const said = [
      await startLarder(['pin', 'set'], { dataFolder, input }).ended,
      await startLarder(['pin', 'set', '--json'], { dataFolder, input }).ended,
    ]
    expect(watch.stop()).toEqual([])
    expect(said.map(({ exitCode }) => exitCode)).toEqual([0, 1])
    const texts = filesBelow(place.path).map((file) => readFileSync(file, 'latin1'))
    for (const text of [...texts, ...said.map(({ out, note }) => out + note)])
      expect(text).not.toContain('canary-Kx7')
    await pin(`reset --key-file ${keyFile}`, 'canary-Kx7-three')
  })
})

describe('where nothing is encrypted', () => {
  const folder = join(place.path, 'plain')
  const run = (words: string[], env: Record<string, string> = {}, input = '') =>
    larder(words, { dataFolder: folder, env, input })

  test('a PIN is set anew with the database password', async () => {
    const url = `postgresql://${server.user}@${server.host}:${server.port}/till`
    const where = ['--url', url, '--folder', join(place.path, 'plain-backups'), '--no-encrypt']
    expect((await run(['setup', ...where], { PGPASSWORD: server.password })).exitCode).toBe(0)
    await run(['pin', 'set'], {}, 'canary-Kx7-one')
    const reset = ['pin', 'reset', '--json']
    expect(code(await run(reset, { PGPASSWORD: 'guess' }, 'canary-Kx7-two'))).toBe('KEY_WRONG')
    expect(code(await run(reset, {}, 'canary-Kx7-two'))).toBe('KEY_WRONG')
    expect(code(await run([...reset, '--key-file', keyFile], {}, 'canary-Kx7-two'))).toBe('USAGE')
    expect((await run(reset, { PGPASSWORD: server.password }, 'canary-Kx7-two')).exitCode).toBe(0)
  })
})

const headless = fileURLToPath(new URL('../../electron/headless.ts', import.meta.url))

/** Types at a terminal, each line when it is asked for. Returns all that the terminal showed, and the exit code. */
async function typeAtTerminal(words: readonly string[], lines: readonly string[]) {
  const command = [process.execPath, headless, ...words].join(' ')
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], LARDER_DATA: dataFolder, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  const waiting = [...lines]
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    if (shown.endsWith(': ')) terminal.stdin.write(waiting.shift() ?? '')
  })
  const [exitCode] = await once(terminal, 'close')
  return { shown, exitCode: Number(exitCode) }
}

describe('at a terminal', () => {
  beforeEach(async () => void (await pin(`reset --key-file ${keyFile}`, 'canary-Kx7-three')))

  test('the PIN is asked for, twice where it is new, and never shown', async () => {
    const typed = ['canary-Kx7-three\r', 'canary-Kx7-sixx\u007F\r', 'canary-Kx7-six\r']
    const { shown, exitCode } = await typeAtTerminal(['pin', 'set'], typed)
    expect(exitCode).toBe(0)
    expect(shown.replaceAll('\r', '')).toBe('PIN until now: \nNew PIN: \nNew PIN again: \nThe PIN is set.\n')
    expect((await pin('set', 'canary-Kx7-six\ncanary-Kx7-seven')).exitCode).toBe(0)
  })

  test('two that differ are refused, and Ctrl-C ends it', async () => {
    const differing = await typeAtTerminal(
      ['pin', 'set'],
      ['canary-Kx7-three\r', 'canary-Kx7-a\r', 'canary-Kx7-b\r'],
    )
    expect([differing.exitCode, differing.shown]).toEqual([2, expect.stringContaining('are not the same')])
    const cancelled = await typeAtTerminal(['pin', 'set'], ['canary\u0003'])
    expect(cancelled.exitCode).toBe(130)
    expect(cancelled.shown).not.toContain('canary')
  })
})
