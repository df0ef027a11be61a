import { dirname, relative } from 'node:path'
import { escapeIdentifier } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { readFingerprint } from '../../electron/engine/postgres/fingerprint.ts'
import { openSession } from '../../electron/engine/postgres/session.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { manifest } from '../../electron/engine/catalogue/backups.ts'
import type { Fingerprint } from '../../electron/shared/model.ts'
import { expectWhole } from '../support/after-fault.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { restoreByHand } from '../support/stock-tools.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())

async function fingerprintOf(site: TestSite, database: string): Promise<Fingerprint> {
  await using session = await openSession(
    site.engine.site.settings.server,
    database,
    new Secret(server.password),
  )
  return await readFingerprint(session)
}

/** To libpq some of these are connection strings, options or paths; to a shell or a file system much worse. */
const oddNames = [
  'two words',
  ' \'quotes\' and "more" ',
  '-d host=elsewhere user=me',
  'postgresql://elsewhere/x',
  '--file=/etc/passwd',
  '../../etc',
  'cöté ß Ωmega',
  'till 🍝',
  '$(reboot) `id` %PATH% ; #',
  String.raw`back\slash`,
  'line\nbreak',
  'x'.repeat(63),
]

describe('a database with an odd name is backed up, checked, and restored by hand', () => {
  test.each(oddNames)('%j', async (name) => {
    const database = await makeTill(server, name)
    await using site = await makeSite({ server, database })
    const backup = await site.engine.backUp(database)
    expect(backup.database).toBe(database)
    expect(await site.engine.verify(backup.id)).toMatchObject({ verdict: 'intact' })
    expect(expectWhole(site)).toEqual([backup.id])
    expect(relative(site.folder, dirname(backup.file))).toMatch(/^[a-z0-9_/-]+$/)

    await server.psql('postgres', `DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`)
    await restoreByHand(backup.file, site.recoveryKey, server, name)
    const taken = manifest(site.engine.site.catalogue, backup.id)?.fingerprint
    expect(await fingerprintOf(site, name)).toEqual(taken)
  })
})

test('databases whose names look alike do not share a folder, and a plan covers them all', async () => {
  const names = ['Bar', 'bar', 'bar ', 'bär', 'BAR']
  for (const name of names) await makeTill(server, name)
  await using site = await makeSite({ server, database: 'bar' })
  const folders = new Set<string>()
  for (const name of names) folders.add(dirname((await site.engine.backUp(name)).file))
  expect(folders.size).toBe(names.length)
  const ids = expectWhole(site)
  await site.reopen()
  expect(expectWhole(site)).toEqual(ids)
  const named = ids.map((id) => site.engine.find(id).database)
  expect(named.toSorted()).toEqual(names.toSorted())
})
