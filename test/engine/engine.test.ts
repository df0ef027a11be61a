import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { recentJobs } from '../../electron/engine/catalogue/job-history.ts'
import { Engine } from '../../electron/engine/engine.ts'
import type { Identity } from '../../electron/engine/keys.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { loadSettings } from '../../electron/engine/settings.ts'
import type { FaultCode } from '../../electron/shared/fault.ts'
import type { SetUpRequest } from '../../electron/shared/ipc.ts'
import type { Progress } from '../../electron/shared/model.ts'
import { expectFault, expectWhole } from '../support/after-fault.ts'
import { filesBelow, leaksOf, secretsOf, watchArgv } from '../support/canaries.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { addScans, makeEmpty, makeTill } from '../support/small-till.ts'
import { openArchive } from '../support/stock-tools.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { makeSite, makeWorld, requestFor, type SiteOptions } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)

describe('setting up', () => {
  test('comes first: before it there is no site', async () => {
    using place = tempFolder()
    const engine = await Engine.open(makeWorld(place.path, []))
    expect(engine.isSetUp).toBe(false)
    for (const ask of [() => engine.site, () => engine.status(), () => engine.find('latest')])
      expect(ask).toThrow(expect.objectContaining({ code: 'NOT_SET_UP' }))
    await expect(engine.backUp('till')).rejects.toMatchObject({ code: 'NOT_SET_UP' })
    engine.close()
  })

  test('is done once, and is still there after a restart', async () => {
    await using site = await makeSite({ server })
    expect(site.engine.isSetUp).toBe(true)
    expect(site.recoveryKey).toMatch(/^AGE-SECRET-KEY-1/)
    const again = site.engine.setUp(requestFor({ server }, site.folder))
    await expect(again).rejects.toMatchObject({ code: 'ALREADY_SET_UP' })
    const { settings } = site.engine.site
    expect((await site.reopen()).site.settings).toEqual(settings)
    expect(settings.site.name).toBe('Trattoria da Pina')
  })

  test.each<readonly [FaultCode, Partial<SiteOptions>, Partial<SetUpRequest>]>([
    ['DB_AUTH', { login: { user: 'postgres', password: 'canary-wrong' } }, {}],
    ['DB_NOT_FOUND', {}, { databases: ['till', 'tell'] }],
    ['DB_UNREACHABLE', { port: 1 }, {}],
    ['SUSPICIOUS_EMPTY', {}, { databases: ['bare'] }],
    ['USAGE', {}, { folder: 'relative/backups' }],
  ] as const)(
    'that cannot work is refused with %s, and can be tried again',
    async (code, options, change) => {
      if (code === 'SUSPICIOUS_EMPTY') await makeEmpty(server, 'bare')
      using place = tempFolder()
      const engine = await Engine.open(makeWorld(join(place.path, 'data'), []))
      const folder = join(place.path, 'backups')
      const request: SetUpRequest = { ...requestFor({ server, ...options }, folder), ...change }
      await expect(engine.setUp(request)).rejects.toMatchObject({ code })
      expect(filesBelow(place.path)).toEqual([])
      expect(engine.isSetUp).toBe(false)
      await engine.setUp(requestFor({ server }, folder))
      expect(engine.isSetUp).toBe(true)
      engine.close()
      await server.psql('postgres', 'DROP DATABASE IF EXISTS bare')
    },
  )

  test('does not take over the folder of another site', async () => {
    await using site = await makeSite({ server })
    using place = tempFolder()
    const engine = await Engine.open(makeWorld(place.path, []))
    const refused = engine.setUp(requestFor({ server }, site.folder))
    await expect(refused).rejects.toMatchObject({ code: 'DEST_UNAVAILABLE' })
    expect(await loadSettings(place.path)).toBeUndefined()
    engine.close()
  })

  test('does not count when the recovery key could not be kept', async () => {
    using place = tempFolder()
    const engine = await Engine.open(makeWorld(join(place.path, 'data'), []))
    const full = () => Promise.reject(new Error('the stick is full'))
    const request = requestFor({ server }, join(place.path, 'backups'))
    await expect(engine.setUp(request, full)).rejects.toThrow('the stick is full')
    expect(engine.isSetUp).toBe(false)
    let kept: Identity | undefined
    const { settings } = await engine.setUp(request, async (key) => void (kept = key))
    expect(kept?.recipient).toBe(settings.keys.recoveryRecipient)
    engine.close()
  })
})

describe('a backup', () => {
  test('climbs to intact, is listed, and tells how far it is on the way', async () => {
    await addScans(server, await makeTill(server, 'busy'), 8)
    await using site = await makeSite({ server, database: 'busy' })
    const secrets = await secretsOf(site)
    const argv = watchArgv(secrets)
    const told: Progress[] = []
    const backup = await site.engine.backUp('busy', { report: (progress) => told.push(progress) })
    expect(argv.stop()).toEqual([])
    expect(leaksOf(site, secrets)).toEqual([])
    expect(expectWhole(site)).toEqual([backup.id])
    expect(backup).toMatchObject({
      database: 'busy',
      state: 'intact',
      encrypted: true,
      tables: 6,
      rows: 2366,
    })
    expect(backup.copies).toEqual([{ destination: 'local', state: 'present' }])
    expect(site.engine.find(backup.id)).toEqual(backup)
    expect(site.engine.find('latest')).toEqual(backup)
    expect(recentJobs(site.engine.site.catalogue, { limit: 5 })).toMatchObject([
      { kind: 'backup', state: 'done', backupId: backup.id, fault: null },
    ])

    expect([...new Set(told.map(({ phase }) => phase))]).toEqual(['inspect', 'dump', 'check', 'finish'])
    const dumped = told.filter(({ phase }) => phase === 'dump').map(({ bytes }) => bytes)
    expect(dumped).toEqual(dumped.toSorted((a, b) => a - b))
    expect(Math.max(...dumped)).toBeGreaterThan(1_000_000)
    expect(told.map(({ table }) => table)).toContain('public.zz_scans')
    expect(told.every(({ expectedBytes }) => expectedBytes === null)).toBe(true)

    const second: Progress[] = []
    await site.engine.backUp('busy', { report: (progress) => second.push(progress) })
    expect(second.every(({ expectedBytes }) => expectedBytes === backup.plainBytes)).toBe(true)
  })

  test('of every database of the server covers those that were made since', async () => {
    await makeTill(server, 'bar')
    await using site = await makeSite({ server, all: true })
    expect(await site.engine.databases()).toEqual(expect.arrayContaining(['till', 'bar']))
    await makeTill(server, 'terrace')
    expect(await site.engine.databases()).toContain('terrace')
    expect(site.engine.knownDatabases).toContain('terrace')
    // Neither templates nor the empty one that every server has to log in to are anybody's till.
    expect(site.engine.knownDatabases.filter((name) => /^(?:template|postgres)/.test(name))).toEqual([])
  })

  test('is asked for by its id, and an unknown one is a fault', async () => {
    await using site = await makeSite({ server })
    for (const id of ['latest', 'f00', "' OR 1=1 --", '']) {
      expect(() => site.engine.find(id)).toThrow(expect.objectContaining({ code: 'BACKUP_UNKNOWN' }))
      await expect(site.engine.verify(id)).rejects.toMatchObject({ code: 'BACKUP_UNKNOWN' })
    }
  })
})

describe('the status', () => {
  test('follows the facts: nothing yet, intact, failed, bad', async () => {
    const database = await makeTill(server, 'followed')
    await using site = await makeSite({ server, database })
    expect(site.engine.status()).toMatchObject({
      health: 'at-risk',
      sentence: 'There is no backup yet.',
      lastIntactAt: null,
      lastProvenAt: null,
    })
    const { takenAt, file } = await site.engine.backUp(database)
    await site.engine.confirmRecoveryKey(site.recoveryKey ?? '')
    expect(site.engine.status()).toMatchObject({
      health: 'attention',
      lastIntactAt: takenAt,
      alerts: [{ code: 'NOT_PROVEN' }],
    })
    await expectFault(site, 'DB_NOT_FOUND', () =>
      site.whileServerIs({ port: server.port }, () => site.engine.backUp('gone')),
    )
    expect(site.engine.status().alerts.map(({ code }) => code)).toEqual(['NOT_PROVEN'])
    await server.psql('postgres', `ALTER DATABASE ${database} ALLOW_CONNECTIONS false`)
    await site.engine.backUp(database).catch(() => undefined)
    const failed = site.engine.status()
    expect(failed).toMatchObject({ health: 'attention' })
    expect(failed.sentence).toMatch(/but the last backup failed\.$/)
    writeFileSync(file, 'rubbish')
    await site.engine.verify('latest')
    expect(site.engine.status()).toMatchObject({ health: 'at-risk', lastIntactAt: null })
  })

  test('is stale after a day and an hour, by the clock of this PC', async () => {
    let now = Date.UTC(2026, 9, 24, 22)
    await using site = await makeSite({ server, now: () => now })
    const { takenAt } = await site.engine.backUp('till')
    expect(takenAt).toBe('2026-10-24T22:00:00.000Z')
    now += 25 * 3_600_000
    expect(site.engine.status().alerts.map(({ code }) => code)).not.toContain('BACKUP_STALE')
    now += 1
    expect(site.engine.status().alerts.map(({ code }) => code)).toContain('BACKUP_STALE')
  })
})

describe('the recovery key', () => {
  test('is confirmed by its last eight characters and by nothing else', async () => {
    await using site = await makeSite({ server })
    const key = site.recoveryKey ?? ''
    await expect(site.engine.confirmRecoveryKey('ABCDEFGH')).rejects.toMatchObject({ code: 'KEY_WRONG' })
    await expect(site.engine.confirmRecoveryKey('ABC')).rejects.toMatchObject({ code: 'KEY_TYPO' })
    await site.engine.confirmRecoveryKey(key.slice(-8).toLowerCase())
    expect((await site.reopen()).site.settings.keys.recoveryConfirmedAt).not.toBeNull()
    expect(JSON.stringify(site.engine.site.settings)).not.toContain(key.slice(-8))
  })

  test('can be renewed: later backups open with the new one, earlier ones with the old', async () => {
    await using site = await makeSite({ server })
    const before = await site.engine.backUp('till')
    await site.engine.confirmRecoveryKey(site.recoveryKey ?? '')
    const refused = site.engine.renewRecoveryKey(() => Promise.reject(new Error('no stick')))
    await expect(refused).rejects.toThrow('no stick')
    expect(site.engine.site.settings.keys.recoveryConfirmedAt).not.toBeNull()

    const renewed = await site.engine.renewRecoveryKey(() => Promise.resolve())
    expect(site.engine.site.settings.keys.recoveryConfirmedAt).toBeNull()
    const after = await site.engine.backUp('till')
    expect((await openArchive(after.file, renewed.secret.reveal())).length).toBe(after.plainBytes)
    expect((await openArchive(before.file, site.recoveryKey)).length).toBe(before.plainBytes)
    await expect(openArchive(after.file, site.recoveryKey)).rejects.toThrow()
    expect(await site.engine.verify(before.id)).toMatchObject({ verdict: 'intact' })
  })
})

test('another database password is kept once the server has taken it', async () => {
  await server.psql('postgres', `CREATE ROLE cashier SUPERUSER LOGIN PASSWORD 'canary-old'`)
  await using site = await makeSite({ server, login: { user: 'cashier', password: 'canary-old' } })
  await server.psql('postgres', `ALTER ROLE cashier PASSWORD 'canary-new'`)
  await expectFault(site, 'DB_AUTH', () => site.engine.backUp('till'))
  await expect(site.engine.changePassword(new Secret('canary-guess'))).rejects.toMatchObject({
    code: 'DB_AUTH',
  })
  await site.engine.changePassword(new Secret('canary-new'))
  await site.engine.backUp('till')
  expect(leaksOf(site, await secretsOf(site))).toEqual([])
})

test('a site that does not encrypt has no recovery key and no key of its own to lose', async () => {
  await using site = await makeSite({ server, encrypt: false })
  const backup = await site.engine.backUp('till')
  expect(backup.file).toMatch(/\.dump\.zst$/)
  expect(backup.encrypted).toBe(false)
  expect(await site.engine.verify(backup.id)).toMatchObject({ verdict: 'intact' })
  expect([...(await secretsOf(site)).keys()]).toEqual(['database-password', 'signing-key'])
  expect(existsSync(backup.file) && readdirSync(site.dataFolder)).toContain('settings.json')
})
