import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { beginJob, endJob } from '../../../electron/engine/catalogue/jobs.ts'
import { liveAlerts } from '../../../electron/engine/catalogue/alerts.ts'
import { growthSince, lookOf } from '../../../electron/engine/catalogue/looks.ts'
import { thisProcess } from '../../../electron/engine/catalogue/process-identity.ts'
import { observe } from '../../../electron/engine/monitor/observe.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { FaultError } from '../../../electron/shared/fault.ts'
import { WatchedSite } from '../../support/watched-site.ts'

const hour = 3_600_000
const day = 24 * hour
const start = Date.UTC(2026, 10, 3, 14)

/** Backs up every day, the last one as given. */
async function weeks({ days, bytes = 1000 }: { days: number; bytes?: number }): Promise<WatchedSite> {
  const watched = await WatchedSite.make(start)
  for (let n = 0; n < days; n += 1) {
    watched.paper.now += day
    watched.paper.backUp({ bytes: n === days - 1 ? bytes : 1000, proven: true })
  }
  return watched
}

const codesOf = ({ site }: WatchedSite): string[] => liveAlerts(site.catalogue).map(({ code }) => code)

describe('what a look finds', () => {
  test('a backup of less than half the usual size, until one is usual again', async () => {
    using watched = await weeks({ days: 8, bytes: 400 })
    const { health, alerts } = await watched.look()
    expect(health).toBe('attention')
    expect(alerts).toMatchObject([{ code: 'SIZE_UNUSUAL', subject: 'pos', level: 'attention' }])
    expect(alerts[0]?.text).toContain('400 bytes, where 1.0 kB is usual')
    watched.paper.now += day
    watched.paper.backUp({ bytes: 1000, proven: true })
    expect(await watched.look()).toMatchObject({ health: 'protected', alerts: [] })
  })

  test('a table with fewer rows than it ever had', async () => {
    using watched = await weeks({ days: 8 })
    const [newest = ''] = watched.paper.ids
    watched.site.catalogue.run(
      `UPDATE manifests SET json = json_set(json, '$.fingerprint.tables[0].rows', 600) WHERE backup_id = @newest`,
      { newest },
    )
    const { alerts } = await watched.look()
    expect(alerts.map(({ code }) => code)).toEqual(['ROWS_UNUSUAL'])
    expect(alerts[0]?.text).toContain('public.orders has 600 rows, where 1000 or more are usual')
  })

  test('a proof that found another database than the till’s, which is a risk, until one is proven', async () => {
    using watched = await WatchedSite.make(start)
    watched.paper.now += hour
    const { id } = watched.paper.backUp()
    watched.paper.check(id, 'different')
    expect(await watched.look()).toMatchObject({
      health: 'at-risk',
      alerts: [{ code: 'PROOF_DIFFERENT', subject: 'pos' }],
    })
    watched.paper.backUp({ takenAt: watched.paper.now + 1000, proven: true })
    await watched.look(hour)
    expect(codesOf(watched)).toEqual([])
  })

  test('a proof that could not be made, with its reason, until one is', async () => {
    using watched = await WatchedSite.make(start)
    const { catalogue } = watched.site
    const now = start + hour
    const job = beginJob(catalogue, { kind: 'prove', database: 'pos', owner: thisProcess(), now })
    endJob(catalogue, job, { state: 'failed', fault: new FaultError('PROOF_RIGHTS').fault }, now)
    expect((await watched.look(2 * hour)).alerts).toMatchObject([{ code: 'PROOF_FAILED', subject: 'pos' }])
    watched.paper.backUp({ proven: true })
    await watched.look()
    expect(codesOf(watched)).toEqual([])
  })

  test('tools with a hole and secrets in a file are noticed, and make nothing of the verdict', async () => {
    using watched = await WatchedSite.make(start)
    await watched.world.secrets.write('database-password', new Secret('x'))
    expect(await watched.look()).toMatchObject({ health: 'protected', alerts: [] })
    const notices = liveAlerts(watched.site.catalogue).filter(({ level }) => level === 'notice')
    expect(notices.map(({ code }) => code)).toContain('SECRETS_BY_FILE')
  })

  test('no tools for the server of the newest backup', async () => {
    using watched = await WatchedSite.make(start)
    watched.site.catalogue.run(`UPDATE backups SET server_version = '99.1'`)
    expect(await watched.look()).toMatchObject({ health: 'at-risk', alerts: [{ code: 'TOOLS_GONE' }] })
  })

  test('a clock that went back', async () => {
    using watched = await WatchedSite.make(start)
    expect((await watched.look(-3 * hour)).alerts.map(({ code }) => code)).toContain('CLOCK_WRONG')
    await watched.look(3 * hour)
    expect(codesOf(watched)).not.toContain('CLOCK_WRONG')
  })

  test('nothing of a secrets file that cannot be read: that is not known', async () => {
    using watched = await WatchedSite.make(start)
    writeFileSync(join(watched.world.dataFolder, 'secrets.json'), 'nonsense')
    const { unknown } = await observe(watched.site, ['pos'])
    expect([...unknown]).toEqual(['SECRETS_BY_FILE'])
  })
})

test('the rows of every table are read from the manifest without reading the rest of it', async () => {
  using watched = await WatchedSite.make(start)
  const [id = ''] = watched.paper.ids
  expect(lookOf(watched.site.catalogue, id)).toMatchObject({
    server: '7300000000000000001',
    tables: [
      { name: 'public.orders', isPartitioned: true, rows: 1000 },
      { name: 'public.orders_2026', isPartitioned: false, rows: 1000 },
      { name: 'public.staff', isPartitioned: false, rows: 12 },
      { name: 'public.takings', isPartitioned: false, rows: 1000 },
    ],
  })
})

test('the backups grow by what came less what was deleted', async () => {
  using watched = await weeks({ days: 4 })
  expect(growthSince(watched.site.catalogue, start + day + 1)).toEqual({ bytes: 3000, first: start })
})

test('a look over 10,000 backups takes no longer than a blink', async () => {
  using watched = await WatchedSite.make(start)
  const { catalogue } = watched.site
  catalogue.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
     INSERT INTO backups SELECT 'p' || i, database, state, taken_at - i * 21600000, duration_ms, folder, 'p' || i, bytes,
       sha256, plain_bytes, plain_sha256, encrypted, table_count, row_count, server_version, tool_version, checked_at,
       proven_at, pinned_at FROM backups, n WHERE id = (SELECT id FROM backups LIMIT 1)`,
  )
  await watched.look()
  const began = performance.now()
  for (let n = 0; n < 10; n += 1) await watched.look()
  expect((performance.now() - began) / 10).toBeLessThan(20)
})
