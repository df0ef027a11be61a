import { afterAll, describe, expect, test } from 'vitest'
import { buildSampleRestaurant } from '../../../scripts/sample-restaurant/build.ts'
import { manifest } from '../../../electron/engine/catalogue/backups.ts'
import { readFingerprint } from '../../../electron/engine/postgres/fingerprint.ts'
import { openSession } from '../../../electron/engine/postgres/session.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import type { Backup, Fingerprint, Manifest } from '../../../electron/shared/model.ts'
import { filesBelow } from '../../support/canaries.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { listArchive, openArchive, openGlobals, restoreByHand } from '../../support/stock-tools.ts'
import { makeSite, type TestSite } from '../../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await buildSampleRestaurant(server, { scale: 0.02 })

async function fingerprintNow({ engine }: TestSite, database: string): Promise<Fingerprint> {
  await using session = await openSession(engine.site.settings.server, database, new Secret(server.password))
  return await readFingerprint(session)
}

function manifestOf({ engine }: TestSite, { id }: Backup): Manifest {
  const found = manifest(engine.site.catalogue, id)
  if (found === undefined) throw new Error('the backup is not listed')
  return found
}

const globalsOf = (site: TestSite, { id }: Backup): string =>
  filesBelow(site.folder).find((file) => file.includes(`${id}.globals.sql`)) ?? ''

describe.each([true, false])('a backup of a restaurant, encrypted: %s', async (encrypt) => {
  const site = await makeSite({ server, database: 'trattoria', encrypt })
  afterAll(() => site[Symbol.asyncDispose]())
  const backup = await site.engine.backUp('trattoria')
  const ownKey = (await site.world.secrets.read('site-identity'))?.reveal() ?? null
  const keys = encrypt ? [site.recoveryKey, ownKey] : [null]

  test('is read by age, zstd and pg_restore alone, with the key on paper and with that of this PC', async () => {
    expect(encrypt ? keys : []).not.toContain(null)
    for (const key of keys) {
      const list = await listArchive(backup.file, key)
      expect(list).toMatch(/dbname: trattoria/)
      expect(list).toMatch(/TABLE DATA public order_lines /)
      expect(list).toMatch(/Compression: (?:0|none)/)
    }
  })

  test('restores by hand to exactly what the manifest says, row by row and object by object', async () => {
    await restoreByHand(backup.file, keys[0] ?? null, server, 'restored')
    const { fingerprint } = manifestOf(site, backup)
    expect(await fingerprintNow(site, 'restored')).toEqual(fingerprint)
    expect(fingerprint.tables.length).toBeGreaterThanOrEqual(12)
    expect(backup.rows).toBeGreaterThan(5000)
    await server.psql('postgres', 'DROP DATABASE restored')
  })

  test('holds the bytes that the manifest names, inside and out', async () => {
    const { archive, globals, encryption, recipients } = manifestOf(site, backup)
    const plain = await openArchive(backup.file, keys[0] ?? null)
    expect(plain.length).toBe(archive.plainBytes)
    expect(plain.length).toBe(backup.plainBytes)
    expect(Buffer.byteLength(await openGlobals(globalsOf(site, backup), keys[0] ?? null))).toBe(
      globals.plainBytes,
    )
    expect(encryption).toBe(encrypt ? 'age' : 'none')
    expect(recipients).toHaveLength(keys.length === 2 ? 2 : 0)
  })

  test('brings the roles of the server, which no dump of a database has', async () => {
    const sql = await openGlobals(globalsOf(site, backup), keys[0] ?? null)
    expect(sql).toMatch(/CREATE ROLE trattoria_owner/)
    expect(sql).toMatch(/PASSWORD 'SCRAM-SHA-256/)
    expect(manifestOf(site, backup)).toMatchObject({
      globals: { rolePasswords: true },
      roles: expect.arrayContaining(['trattoria_owner', 'trattoria_waiter']),
    })
  })

  test('says in its manifest all that a stranger needs', () => {
    const {
      site: owner,
      database,
      server: origin,
      tool,
      extensions,
      timeZone,
      ...times
    } = manifestOf(site, backup)
    const known = site.engine.site.settings.site
    expect(owner).toEqual({ id: known.id, name: known.name })
    expect(database).toMatchObject({ name: 'trattoria', owner: 'trattoria_owner', encoding: 'UTF8' })
    expect(origin.systemIdentifier).toMatch(/^\d{15,}$/)
    expect(origin.version).toMatch(/^\d+\.\d+/)
    expect(tool).toMatchObject({ name: 'pg_dump' })
    expect(extensions.map(({ name }) => name)).toContain('plpgsql')
    expect(timeZone).not.toBe('')
    expect(Date.parse(times.startedAt)).toBeLessThanOrEqual(Date.parse(times.takenAt))
    expect(Date.parse(times.takenAt)).toBeLessThanOrEqual(Date.parse(times.finishedAt))
  })
})
