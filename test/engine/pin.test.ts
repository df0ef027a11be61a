import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeIdentity, recoveryKeyFile } from '../../electron/engine/keys.ts'
import { checkPin, pinState, resetPin, setPin } from '../../electron/engine/pin.ts'
import { Secret } from '../../electron/engine/secret.ts'
import type { World } from '../../electron/engine/world.ts'
import type { FaultCode } from '../../electron/shared/fault.ts'
import type { Settings } from '../../electron/shared/model.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { makeSite, makeWorld } from '../support/test-site.ts'

const pin = 'rosso-1967'
const script = fileURLToPath(new URL('../support/pin-process.ts', import.meta.url))
const start = new Date('2026-11-03T12:00:00Z').getTime()
const minute = 60_000

let place: ReturnType<typeof tempFolder>
let world: World
let logged: string[]
let now: number
const file = () => join(place.path, 'pin.json')
const stored = () => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>

beforeEach(() => {
  place = tempFolder()
  logged = []
  now = start
  world = makeWorld(place.path, logged, { now: () => now })
})
afterEach(() => place[Symbol.dispose]())

const fault = (code: FaultCode, words = '') =>
  expect.objectContaining({ code, fault: expect.objectContaining({ next: expect.stringContaining(words) }) })
const first = (where = world) => setPin(where, { pin, oldPin: null })

async function fail(times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) await checkPin(world, 'bianco-1967').catch(() => undefined)
}

describe('a technician PIN', () => {
  test('is not there at first, and then is asked for', async () => {
    expect(await pinState(world)).toEqual({ isSet: false, waitMs: 0 })
    await expect(checkPin(world, pin)).rejects.toThrow(fault('PIN_UNSET'))
    expect(await first()).toEqual({ isSet: true, waitMs: 0 })
    await checkPin(world, pin)
    await expect(checkPin(world, `${pin} `)).rejects.toThrow(fault('PIN_WRONG', 'in a moment'))
  })

  test('is the same however a keyboard composes it', async () => {
    await setPin(world, { pin: 'caff\u00E8 nero', oldPin: null })
    await checkPin(world, 'caffe\u0300 nero')
  })

  test('lies as a hash in a file of the account that runs Larder, and in no log', async () => {
    await first()
    await fail(1)
    expect(stored()).toMatchObject({ kind: 'scrypt', n: 32_768, r: 8, p: 1, failures: 1 })
    expect(Buffer.from(String(stored()['hash']), 'base64')).toHaveLength(32)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    const texts = readdirSync(place.path).map((name) => readFileSync(join(place.path, name), 'latin1'))
    for (const each of [...texts, ...logged]) expect(each).not.toMatch(/rosso|bianco/)
    const salt = stored()['salt']
    await setPin(world, { pin, oldPin: pin })
    expect(stored()['salt']).not.toBe(salt)
  })

  test('is changed by who knows it, and by nobody else', async () => {
    await first()
    await expect(setPin(world, { pin: 'verde-1967', oldPin: null })).rejects.toThrow(fault('PIN_WRONG'))
    await expect(setPin(world, { pin: 'verde-1967', oldPin: 'nero-1967' })).rejects.toThrow(
      fault('PIN_WRONG'),
    )
    await expect(setPin(world, { pin: '123456', oldPin: pin })).rejects.toThrow(fault('PIN_WEAK'))
    await setPin(world, { pin: 'verde-1967', oldPin: pin })
    await checkPin(world, 'verde-1967')
    await expect(checkPin(world, pin)).rejects.toThrow(fault('PIN_WRONG'))
  })

  test('is set first by one only, when two try at once', async () => {
    const both = await Promise.allSettled(
      ['verde-1967', 'nero-1967'].map((each) => setPin(world, { pin: each, oldPin: null })),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await checkPin(world, both[0]?.status === 'fulfilled' ? 'verde-1967' : 'nero-1967')
  })

  test.each([
    ['nothing', ''],
    ['half of it', '{"version":1,"kind":"scr'],
    ['another version', '{"version":2}'],
    ['no hash', '{"version":1,"kind":"scrypt","n":2,"r":1,"p":1,"salt":"AA==","failures":0,"lastAt":0}'],
  ])('whose file holds %s is a fault, and never no PIN', async (_, content) => {
    await first()
    writeFileSync(file(), content)
    const ways = [() => pinState(world), () => checkPin(world, pin), () => first()]
    for (const way of ways) await expect(way()).rejects.toThrow(fault('PIN_BROKEN', file()))
    expect(readFileSync(file(), 'utf8')).toBe(content)
  })
})

describe('wrong PINs', () => {
  test('are free five times; then none is looked at for a while, not even the right one', async () => {
    await first()
    await fail(4)
    await expect(checkPin(world, 'no')).rejects.toThrow(fault('PIN_WRONG', 'in 30 seconds'))
    now += 10_000
    await expect(checkPin(world, pin)).rejects.toThrow(fault('PIN_WAIT', 'in 20 seconds'))
    expect(await pinState(world)).toEqual({ isSet: true, waitMs: 20_000 })
    now += 20_000
    await expect(checkPin(world, 'no')).rejects.toThrow(fault('PIN_WRONG', 'in 1 minute'))
    now += minute
    await checkPin(world, pin)
    await expect(checkPin(world, 'no')).rejects.toThrow(fault('PIN_WRONG', 'in a moment'))
  })

  test('wait no less and not for ever after the clock was set back', async () => {
    await first()
    await fail(5)
    now -= 400 * 24 * 60 * minute
    expect(await pinState(world)).toEqual({ isSet: true, waitMs: 30_000 })
    await expect(checkPin(world, pin)).rejects.toThrow(fault('PIN_WAIT', 'in 30 seconds'))
    now += 30_000
    await checkPin(world, pin)
  })

  test('of many processes are counted together', async () => {
    await first(makeWorld(place.path, []))
    const ends = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const process = spawn(globalThis.process.execPath, [script, place.path, 'no', '3'])
        return (await text(process.stdout)).trim().split('\n')
      }),
    )
    const all = ends.flat().toSorted()
    expect(all.filter((end) => end === 'PIN_WRONG')).toHaveLength(5)
    expect(all.filter((end) => end === 'PIN_WAIT')).toHaveLength(4)
  })

  test('count although the process was killed before it could say so', async () => {
    await first(makeWorld(place.path, []))
    // Enough work for the kill to come before the answer.
    writeFileSync(file(), JSON.stringify({ ...stored(), n: 262_144, p: 8 }))
    const process = spawn(globalThis.process.execPath, [script, place.path, 'no'])
    const said = text(process.stdout)
    await vi.waitFor(() => expect(stored()['failures']).toBe(1), { timeout: 5000, interval: 5 })
    process.kill('SIGKILL')
    await once(process, 'close')
    expect(await said).toBe('')
    expect(stored()['failures']).toBe(1)
  })

  test('are not looked at where they cannot be counted', async () => {
    await first()
    mkdirSync(`${file()}.new`)
    for (const each of [pin, 'no'])
      await expect(checkPin(world, each)).rejects.toThrow(fault('PIN_BROKEN', file()))
  })
})

describe('a forgotten PIN', async () => {
  const server = await startPostgres()
  afterAll(() => server[Symbol.asyncDispose]())
  await makeTill(server)

  test('gives way to the recovery key, typed or as its file, and to no other', async () => {
    await using site = await makeSite({ server })
    const { settings } = site.engine.site
    const key = site.recoveryKey ?? ''
    await first(site.world)
    const [other, own] = [await makeIdentity(), settings.keys.recoveryRecipient ?? '']
    const reset = (recoveryKey: string, to = 'verde-1967') =>
      resetPin(site.world, settings, { pin: to, recoveryKey })

    await expect(reset(other.secret.reveal())).rejects.toThrow(fault('KEY_WRONG'))
    await expect(reset(key.slice(0, -1))).rejects.toThrow(fault('KEY_TYPO'))
    await expect(reset('')).rejects.toThrow(fault('KEY_TYPO'))
    await expect(reset(own)).rejects.toThrow(fault('KEY_TYPO'))
    await expect(reset(key, '000000')).rejects.toThrow(fault('PIN_WEAK'))
    await checkPin(site.world, pin)

    expect(await reset(` ${key.toLowerCase().slice(0, 40)} ${key.toLowerCase().slice(40)}\n`)).toMatchObject({
      isSet: true,
    })
    await checkPin(site.world, 'verde-1967')
    const printed = recoveryKeyFile({ recipient: own, secret: new Secret(key) }, 'Pina', 'today')
    writeFileSync(join(site.dataFolder, 'pin.json'), 'damaged')
    await reset(printed.replaceAll('\n', '\r\n'), 'giallo-1967')
    await checkPin(site.world, 'giallo-1967')
  })

  test('gives way to the database password where nothing is encrypted', async () => {
    await using site = await makeSite({ server, encrypt: false })
    const reset = (recoveryKey: string, change: Partial<Settings['server']> = {}) => {
      const { settings } = site.engine.site
      return resetPin(
        site.world,
        { ...settings, server: { ...settings.server, ...change } },
        { pin, recoveryKey },
      )
    }
    await expect(reset('guess')).rejects.toThrow(fault('KEY_WRONG'))
    await expect(reset('')).rejects.toThrow(fault('KEY_WRONG'))
    await expect(reset(server.password, { port: 1 })).rejects.toThrow(fault('DB_UNREACHABLE'))
    await reset(server.password)
    await checkPin(site.world, pin)
  })

  test('gives way to no password that the server does not look at', async () => {
    await server.psql('postgres', 'CREATE ROLE anybody LOGIN SUPERUSER')
    const access = join(server.dataFolder, 'pg_hba.conf')
    writeFileSync(access, `host all anybody 127.0.0.1/32 trust\n${readFileSync(access, 'utf8')}`)
    await server.psql('postgres', 'SELECT pg_reload_conf(), pg_sleep(0.3)')
    await using site = await makeSite({ server, encrypt: false, login: { user: 'anybody', password: 'x' } })
    await expect(
      resetPin(site.world, site.engine.site.settings, { pin, recoveryKey: 'whatever' }),
    ).rejects.toThrow(fault('KEY_WRONG'))
    expect(await pinState(site.world)).toMatchObject({ isSet: false })
  })
})
