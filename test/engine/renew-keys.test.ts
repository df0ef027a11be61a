import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../electron/engine/secret.ts'
import type { Keyring } from '../../electron/engine/secrets-file.ts'
import type { Backup } from '../../electron/shared/model.ts'
import { startPostgres, type PrivatePostgres } from '../support/postgres-server.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'

let server: PrivatePostgres
let site: TestSite
let first: Backup

const keyring: Keyring & { isThere: boolean } = {
  isThere: true,
  async seal(plain) {
    return this.isThere ? Buffer.from(plain).toString('hex') : undefined
  },
  async open(sealed) {
    return this.isThere ? Buffer.from(sealed, 'hex').toString() : undefined
  },
}

beforeAll(async () => {
  server = await startPostgres()
  await server.psql('postgres', 'CREATE DATABASE till')
  await server.psql('till', 'CREATE TABLE orders AS SELECT generate_series(1, 100) AS id')
  site = await makeSite({ server, keyring })
  first = await site.engine.backUp('till')
})
afterAll(async () => {
  await site[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

test('with the keyring gone a backup is refused, and the password entered again puts it right', async () => {
  keyring.isThere = false
  await expect(site.engine.backUp('till')).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  await expect(site.engine.changePassword(new Secret('not it'))).rejects.toMatchObject({ code: 'DB_AUTH' })
  await expect(site.engine.backUp('till')).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  await site.engine.changePassword(new Secret(server.password))
  const next = await site.engine.backUp('till')
  expect(await site.engine.verify(next.id)).toMatchObject({ verdict: 'intact' })
})

test('an earlier backup is then locked, and by no means called bad', async () => {
  await expect(site.engine.verify(first.id)).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  await expect(site.engine.prove(first.id)).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  expect(site.engine.find(first.id).state).toBe('intact')
})

test('what the old key signed is still this site’s, when the list is made anew', async () => {
  site.engine.close()
  const catalogue = join(site.dataFolder, 'catalogue.db')
  for (const suffix of ['', '-wal', '-shm']) await rm(catalogue + suffix, { force: true })
  await site.reopen()
  expect(site.engine.find(first.id).state).toBe('intact')
})

test('with the keyring back the earlier backup opens again', async () => {
  keyring.isThere = true
  expect(await site.engine.verify(first.id)).toMatchObject({ verdict: 'intact' })
  const keys = site.engine.site.settings.keys
  await site.engine.changePassword(new Secret(server.password))
  expect(site.engine.site.settings.keys).toEqual(keys)
})
