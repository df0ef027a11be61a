import { renameSync, truncateSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type PrivatePostgres } from '../../support/postgres-server.ts'
import { makeTill } from '../../support/small-till.ts'
import { makeSite, type TestSite } from '../../support/test-site.ts'

const start = Date.UTC(2026, 10, 3, 14)
const hour = 3_600_000
let now = start
let server: PrivatePostgres
let site: TestSite

beforeAll(async () => {
  server = await startPostgres()
  await makeTill(server)
  site = await makeSite({ server, now: () => now })
})
afterAll(async () => {
  await site[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const since = (code: string): string | undefined =>
  site.engine.status().alerts.find((alert) => alert.code === code)?.since
const at = (ms: number): string => new Date(ms).toISOString()

test('what was never there is missing since the site was set up', async () => {
  now = start + 5 * hour
  expect(since('NO_BACKUP')).toBe(at(start))
  expect(since('KEY_UNCONFIRMED')).toBe(at(start))
})

test('another recovery key is unconfirmed since it was made', async () => {
  await site.engine.renewRecoveryKey(async () => undefined)
  now = start + 6 * hour
  await site.reopen()
  expect(since('KEY_UNCONFIRMED')).toBe(at(start + 5 * hour))
})

test('a backup is bad since the first check that found it so, also when more checks follow', async () => {
  const { id, file } = await site.engine.backUp('till')
  now = start + 7 * hour
  truncateSync(file, 100)
  await site.engine.verify(id)
  now = start + 8 * hour
  expect(since('BACKUP_CORRUPT')).toBe(at(start + 7 * hour))
  expect(since('NO_BACKUP')).toBe(at(start + 7 * hour))
  renameSync(file, `${file}.away`)
  expect(await site.engine.verify(id)).toMatchObject({ verdict: 'missing' })
  now = start + 9 * hour
  expect(since('BACKUP_CORRUPT')).toBe(at(start + 7 * hour))
})
