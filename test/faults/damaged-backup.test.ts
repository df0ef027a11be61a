import {
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { assert, asyncProperty, constantFrom, nat } from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeManifest } from '../../electron/engine/backup/manifest.ts'
import { manifest as recordedManifest } from '../../electron/engine/catalogue/backups.ts'
import { makeSigningKey, signingKey } from '../../electron/engine/keys.ts'
import type { Backup, CheckResult, Manifest } from '../../electron/shared/model.ts'
import { fingerprintOf } from '../support/after-fault.ts'
import { filesBelow } from '../support/canaries.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { runningTools } from '../support/processes.ts'
import { makeTill } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)
const site = await makeSite({ server })
afterAll(() => site[Symbol.asyncDispose]())
const older = await site.engine.backUp('till')
const backup = await site.engine.backUp('till')

interface Files {
  readonly archive: string
  readonly roles: string
  readonly manifest: string
}
const part =
  (ending: string) =>
  (one: Backup): string =>
    filesBelow(dirname(one.file)).find((file) => file.includes(one.id) && file.includes(ending)) ?? ''
const filesOf = (one: Backup): Files => ({
  archive: part('.dump.')(one),
  roles: part('.globals.')(one),
  manifest: part('.manifest.')(one),
})
const files = filesOf(backup)
const kinds = ['archive', 'roles', 'manifest'] as const

let whole: Record<string, Buffer>
beforeEach(() => {
  whole = Object.fromEntries(filesBelow(site.folder).map((file) => [file, readFileSync(file)]))
})
afterEach(async () => {
  for (const file of filesBelow(site.folder)) rmSync(file)
  for (const [file, bytes] of Object.entries(whole)) writeFileSync(file, bytes)
  await site.engine.verify(backup.id)
})

/** A check must find the damage, say so on the ladder, and touch neither this backup nor another. */
async function check(expected: CheckResult['verdict']): Promise<CheckResult> {
  const before = fingerprintOf(site.folder)
  const found = await site.engine.verify(backup.id)
  expect(found.verdict).toBe(expected)
  expect(found.differences).not.toEqual([])
  expect(site.engine.find(backup.id)).toMatchObject({ state: expected, copies: [{ state: expected }] })
  expect(site.engine.find('latest').id).toBe(older.id)
  expect(site.engine.status()).toMatchObject({ health: 'at-risk' })
  expect(fingerprintOf(site.folder)).toEqual(before)
  return found
}

function flipBit(file: string, bit: number): void {
  const bytes = readFileSync(file)
  const at = Math.floor(bit / 8) % bytes.length
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit % 8)), at)
  writeFileSync(file, bytes)
}

describe('a stored backup', () => {
  test('with any one bit changed is corrupt, never intact', { timeout: 120_000 }, async () => {
    await assert(
      asyncProperty(constantFrom(...kinds), nat(1e9), async (kind, bit) => {
        flipBit(files[kind], bit)
        await check('corrupt')
        flipBit(files[kind], bit)
      }),
      { numRuns: 30 },
    )
    expect(await site.engine.verify(backup.id)).toMatchObject({ verdict: 'intact' })
  })

  test.each(kinds)('whose %s is cut short, a little or a lot, is corrupt', async (kind) => {
    const { length } = readFileSync(files[kind])
    for (const left of [length - 1, Math.floor(length / 2), 1, 0]) {
      truncateSync(files[kind], left)
      await check('corrupt')
    }
  })

  test.each(kinds)('whose %s has grown is corrupt', async (kind) => {
    writeFileSync(files[kind], Buffer.concat([readFileSync(files[kind]), Buffer.from('{}')]))
    await check('corrupt')
  })

  test.each(kinds)('whose %s is that of another good backup is corrupt', async (kind) => {
    copyFileSync(filesOf(older)[kind], files[kind])
    await check('corrupt')
  })

  test('that took the place of another one, in all its files, is corrupt', async () => {
    for (const kind of kinds) copyFileSync(filesOf(older)[kind], files[kind])
    await check('corrupt')
  })

  test.each([['archive'], ['roles']] as const)(
    'whose %s is gone is missing, and good again when it is back',
    async (kind) => {
      renameSync(files[kind], `${files[kind]}.away`)
      const { differences } = await check('missing')
      expect(differences).toMatchObject([{ object: basename(files[kind]), found: 'no file' }])
      renameSync(`${files[kind]}.away`, files[kind])
      expect(await site.engine.verify(backup.id)).toMatchObject({ verdict: 'intact' })
      expect(site.engine.find('latest').id).toBe(backup.id)
    },
  )

  test('on a drive that is away is not called missing: nobody could look', async () => {
    renameSync(site.folder, `${site.folder}.away`)
    await expect(site.engine.verify(backup.id)).rejects.toMatchObject({ code: 'DEST_UNAVAILABLE' })
    expect(site.engine.find(backup.id).state).toBe('intact')
    renameSync(`${site.folder}.away`, site.folder)
  })

  test('in a folder that cannot be read is not called missing or corrupt either', async () => {
    renameSync(files.archive, `${files.archive}.away`)
    // A loop of links: the name is there, and opening it fails in a way that is not "no such file".
    symlinkSync(files.archive, files.archive)
    await expect(site.engine.verify(backup.id)).rejects.toMatchObject({ code: 'DEST_UNAVAILABLE' })
    expect(site.engine.find(backup.id).state).toBe('intact')
    rmSync(files.archive)
    renameSync(`${files.archive}.away`, files.archive)
  })
})

describe('a manifest that somebody else signed', () => {
  const forged = (change: Partial<Manifest>): string => {
    const manifest = recordedManifest(site.engine.site.catalogue, backup.id)
    if (manifest === undefined) throw new Error('the backup is not listed')
    return writeManifest({ ...manifest, ...change }, signingKey(makeSigningKey().secret))
  }

  test('fails the check of its backup before any tool reads the archive', async () => {
    writeFileSync(files.manifest, forged({}))
    let tools = 0
    const looking = setInterval(() => (tools += runningTools(server.port).length), 5)
    const { differences } = await check('corrupt')
    clearInterval(looking)
    expect(differences).toMatchObject([{ object: 'manifest', expected: 'signed by this site' }])
    expect(tools).toBe(0)
  })

  test('is not listed by a new catalogue, and its files are left alone', async () => {
    const id = 'f00dbabe00'
    const place = join(dirname(files.manifest), basename(files.manifest).replace(backup.id, id))
    writeFileSync(place, forged({ id }))
    const before = fingerprintOf(site.folder)
    for (const file of ['catalogue.db', 'catalogue.db-wal', 'catalogue.db-shm'])
      rmSync(join(site.dataFolder, file), { force: true })
    await site.reopen()
    expect(() => site.engine.find(id)).toThrow('no backup')
    expect(site.engine.find('latest').id).toBe(backup.id)
    expect(fingerprintOf(site.folder)).toEqual(before)
    expect(site.logged.join('\n')).toContain(`${basename(place)} is not a backup of this site`)
  })
})
