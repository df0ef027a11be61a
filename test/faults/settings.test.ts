import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Engine } from '../../electron/engine/engine.ts'
import { makeIdentity, makeSigningKey } from '../../electron/engine/keys.ts'
import type { FaultCode } from '../../electron/shared/fault.ts'
import { expectFault, fingerprintOf } from '../support/after-fault.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { makeSite, requestFor, type TestSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)

let site: TestSite
let settings: string
let secrets: string
beforeAll(async () => {
  site = await makeSite({ server })
  await site.engine.backUp('till')
  settings = join(site.dataFolder, 'settings.json')
  secrets = join(site.dataFolder, 'secrets.json')
})
afterAll(() => site[Symbol.asyncDispose]())

/** Puts other bytes in the place of a file for the length of some work, and then the right ones back. */
async function whileHolding(file: string, text: string, work: () => Promise<unknown>): Promise<void> {
  const before = readFileSync(file)
  writeFileSync(file, text)
  await work()
  expect(readFileSync(file, 'utf8')).toBe(text)
  writeFileSync(file, before)
}

const edited = (change: object): string =>
  JSON.stringify({ ...(JSON.parse(readFileSync(settings, 'utf8')) as object), ...change })

describe('settings that cannot be used', () => {
  test.each<readonly [string, FaultCode, () => string]>([
    ['from the future', 'SETTINGS_NEWER', () => edited({ version: 2, cloud: ['bucket'] })],
    ['half-written', 'SETTINGS_BROKEN', () => readFileSync(settings, 'utf8').slice(0, 200)],
    ['empty', 'SETTINGS_BROKEN', () => ''],
    ['edited by hand into nonsense', 'SETTINGS_BROKEN', () => edited({ folder: 7 })],
    ['with a member that nobody knows', 'SETTINGS_BROKEN', () => edited({ colour: 'red' })],
    ['of zeros, as after a power cut', 'SETTINGS_BROKEN', () => '\0'.repeat(500)],
  ])('%s, stop Larder at the start and stay as they are', async (_what, code, text) => {
    const files = fingerprintOf(site.folder)
    await whileHolding(settings, text(), async () => {
      await expect(Engine.open(site.world)).rejects.toMatchObject({ code })
    })
    expect(fingerprintOf(site.folder)).toEqual(files)
  })

  test('name the place that is wrong, and where the ones before are', async () => {
    await whileHolding(settings, edited({ folder: 7 }), async () => {
      const broken = await Engine.open(site.world).catch((error: unknown) => error)
      expect(broken).toMatchObject({ fault: { detail: expect.stringContaining('folder') } })
      expect(broken).toMatchObject({ fault: { next: expect.stringContaining(`${settings}.previous`) } })
    })
  })

  test('are not set up over when they are good', async () => {
    await expect(site.engine.setUp(requestFor({ server }, join(site.folder, 'other')))).rejects.toMatchObject(
      {
        code: 'ALREADY_SET_UP',
      },
    )
  })
})

const stranger = await makeIdentity()

describe('secrets that cannot be opened', () => {
  const backUp = () => site.engine.backUp('till')
  const sealed = (name: string): string => {
    const stored = JSON.parse(readFileSync(secrets, 'utf8')) as { version: 1; secrets: object }
    const locked = { [name]: { keeper: 'keyring', value: 'AAAA' } }
    return JSON.stringify({ ...stored, secrets: { ...stored.secrets, ...locked } })
  }
  const holding = (name: string, value: string): string => {
    const stored = JSON.parse(readFileSync(secrets, 'utf8')) as { version: 1; secrets: object }
    return JSON.stringify({ ...stored, secrets: { ...stored.secrets, [name]: { keeper: 'file', value } } })
  }
  const mistyped = (name: string): string => {
    const stored = JSON.parse(readFileSync(secrets, 'utf8')) as { secrets: Record<string, { value: string }> }
    return holding(name, stored.secrets[name]?.value.replace(/.(?=.{5}$)/, 'X') ?? '')
  }
  const without = (name: string): string => {
    const stored = JSON.parse(readFileSync(secrets, 'utf8')) as { secrets: Record<string, unknown> }
    return JSON.stringify({ ...stored, secrets: { ...stored.secrets, [name]: undefined } })
  }

  test.each<readonly [string, () => string]>([
    ['cut off in the middle', () => readFileSync(secrets, 'utf8').slice(0, 300)],
    ['not JSON', () => 'canary {'],
    ['the password sealed by a keyring that is not there', () => sealed('database-password')],
    ['the signing key sealed by a keyring that is not there', () => sealed('signing-key')],
    ["the site's own key sealed by a keyring that is not there", () => sealed('site-identity')],
    ['a signing key with a mistake in it', () => mistyped('signing-key')],
    ['a signing key that is none', () => holding('signing-key', 'AAAA')],
    ["another site's signing key", () => holding('signing-key', makeSigningKey().secret.reveal())],
    ["the site's own key with a mistake in it", () => mistyped('site-identity')],
    ["another site's own key", () => holding('site-identity', stranger.secret.reveal())],
    ['no signing key', () => without('signing-key')],
    ["no key of the site's own", () => without('site-identity')],
  ])('%s: no backup is begun', async (_what, text) => {
    const phases = new Set<string>()
    await whileHolding(secrets, text(), () =>
      expectFault(site, 'SECRETS_LOCKED', () =>
        site.engine.backUp('till', { report: ({ phase }) => phases.add(phase) }),
      ),
    )
    expect([...phases]).not.toContain('dump')
  })

  test('do not keep a check of the bytes from being refused honestly', async () => {
    await whileHolding(secrets, sealed('site-identity'), async () => {
      await expectFault(site, 'SECRETS_LOCKED', () => site.engine.verify('latest'))
      expect(site.engine.find('latest').state).toBe('intact')
    })
  })

  test('do not tell their value in the complaint', async () => {
    const password = 'canary-in-a-broken-file'
    await whileHolding(secrets, `{"version":1,"secrets":{"database-password":"${password}"}}`, async () => {
      const fault = await expectFault(site, 'SECRETS_LOCKED', backUp)
      expect(JSON.stringify(fault)).not.toContain(password)
    })
  })
})
