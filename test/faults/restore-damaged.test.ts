import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeManifest } from '../../electron/engine/backup/manifest.ts'
import { manifest as recordedManifest } from '../../electron/engine/catalogue/backups.ts'
import { makeIdentity, makeSigningKey, signingKey } from '../../electron/engine/keys.ts'
import type { Backup } from '../../electron/shared/model.ts'
import type { RestoreResult } from '../../electron/shared/restore-model.ts'
import { filesBelow } from '../support/canaries.ts'
import { larder } from '../support/larder-command.ts'
import { makeMarkedTill, mark, markOf, restoreLeftovers } from '../support/marked-till.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { runningTools } from '../support/processes.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const kinds = ['.dump.', '.globals.', '.manifest.'] as const
const fileOf = (backup: Backup, kind: (typeof kinds)[number]): string =>
  filesBelow(dirname(backup.file)).find((file) => file.includes(backup.id) && file.includes(kind)) ?? ''

/** A backup that is not what was taken ends as not restored, and nothing at all has happened to the till. */
async function refused(site: TestSite, backup: Backup): Promise<RestoreResult> {
  const result = await site.engine.restore(backup.id, { into: null, roles: { kind: 'create' } })
  expect(result).toMatchObject({ verdict: 'not-restored', keptAs: null, safetyBackupId: null })
  expect(result.differences).not.toEqual([])
  expect(await markOf(server, site.database)).toBe('old')
  return result
}

describe.each([
  ['sealed', true],
  ['plain', false],
] as const)('a %s backup', async (name, encrypt) => {
  const database = await makeMarkedTill(server, name)
  const site = await makeSite({ server, database, encrypt })
  afterAll(() => site[Symbol.asyncDispose]())
  const older = await site.engine.backUp(database)
  // Two dumps of the same data within a second are the same, byte for byte.
  await mark(server, database, 'backed up again')
  const backup = await site.engine.backUp(database)
  await mark(server, database, 'old')

  const files = kinds.map((kind) => fileOf(backup, kind))
  const whole = files.map((file) => readFileSync(file))
  const mend = (): void => files.forEach((file, at) => writeFileSync(file, whole[at] ?? ''))
  let tools = 0
  let watch: NodeJS.Timeout
  beforeEach(() => {
    tools = 0
    watch = setInterval(() => (tools += runningTools(server.port).length), 20)
  })
  afterEach(async () => {
    clearInterval(watch)
    // INV-22: no tool of PostgreSQL sees a byte of what is not ours.
    expect(tools).toBe(0)
    expect(await restoreLeftovers(site)).toEqual([])
    mend()
  })

  test('with one bit changed is not restored, wherever it is', async () => {
    for (const [at, bytes] of whole.entries()) {
      for (let place = 0; place < 8; place++) {
        const damaged = Buffer.from(bytes)
        const offset = Math.floor(((damaged.length - 1) * place) / 7)
        damaged.writeUInt8(damaged.readUInt8(offset) ^ (1 << place), offset)
        writeFileSync(files[at] ?? '', damaged)
        await refused(site, backup)
      }
      mend()
    }
  })

  test.each(kinds)('whose file of the %s is cut short is not restored', async (kind) => {
    const file = fileOf(backup, kind)
    const { length } = readFileSync(file)
    for (const left of [length - 1, Math.floor(length / 2), 0]) {
      truncateSync(file, left)
      await refused(site, backup)
    }
  })

  test('whose manifest somebody else signed is not restored', async () => {
    const manifest = recordedManifest(site.engine.site.catalogue, backup.id)
    if (manifest === undefined) throw new Error('the backup is not listed')
    writeFileSync(fileOf(backup, '.manifest.'), writeManifest(manifest, signingKey(makeSigningKey().secret)))
    const { differences } = await refused(site, backup)
    expect(differences).toMatchObject([{ object: 'manifest', expected: 'signed by this site' }])
  })

  test.each(kinds)('whose file of the %s is that of another backup is not restored', async (kind) => {
    copyFileSync(fileOf(older, kind), fileOf(backup, kind))
    await refused(site, backup)
  })

  test('that took the place of another one, in all its files, is not restored', async () => {
    for (const kind of kinds) copyFileSync(fileOf(older, kind), fileOf(backup, kind))
    await refused(site, backup)
  })

  test('ends the command with exit code 1, and it says that the till is as it was', async () => {
    truncateSync(fileOf(backup, '.dump.'), 100)
    const { exitCode, out } = await larder(['restore', backup.id, '--replace', '--yes'], site)
    expect(exitCode).toBe(1)
    expect(out).toContain('Not restored: the till is exactly as it was.')
    const told = await larder(['restore', backup.id, '--replace', '--yes', '--json'], site)
    expect(told).toMatchObject({ exitCode: 1 })
    expect(told.json()).toMatchObject({ id: expect.any(String), verdict: 'not-restored', database })
  })
})

test('a backup sealed to another key is not restored', async () => {
  const database = await makeMarkedTill(server, 'other key')
  await using site = await makeSite({ server, database })
  const backup = await site.engine.backUp(database)
  await mark(server, database, 'old')
  await site.world.secrets.write('site-identity', (await makeIdentity()).secret)
  await expect(
    site.engine.restore(backup.id, { into: null, roles: { kind: 'create' } }),
  ).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  expect(await larder(['restore', backup.id, '--replace', '--yes'], site)).toMatchObject({ exitCode: 1 })
  expect(await markOf(server, database)).toBe('old')
  expect(await restoreLeftovers(site)).toEqual([])
})
