import { afterAll, describe, expect, test } from 'vitest'
import { beginJob, endJob } from '../../../electron/engine/catalogue/jobs.ts'
import { thisProcess } from '../../../electron/engine/catalogue/process-identity.ts'
import { testChannel } from '../../../electron/engine/monitor/deliver.ts'
import { takeForDesktop } from '../../../electron/engine/monitor/desktop-alerts.ts'
import { FaultError } from '../../../electron/shared/fault.ts'
import { startHttpSink } from '../../support/http-sink.ts'
import { startSmtpSink } from '../../support/smtp-sink.ts'
import { WatchedSite } from '../../support/watched-site.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.UTC(2026, 10, 3, 14)

const smtp = await startSmtpSink()
afterAll(() => smtp[Symbol.asyncDispose]())
const web = await startHttpSink()
afterAll(() => web[Symbol.asyncDispose]())

describe('the desktop', () => {
  test('gets each alert once, and leaves failed jobs to those who tell of jobs', async () => {
    using watched = await WatchedSite.failed(start)
    const taken = (): string[] => takeForDesktop(watched.site).map(({ code }) => code)
    expect(taken()).toEqual([])
    await watched.look(26 * hour)
    expect(taken()).toEqual([])
    await watched.look(30 * minute)
    expect(taken()).toEqual(['BACKUP_STALE'])
    expect(taken()).toEqual([])
    await watched.look(4 * hour)
    watched.site.catalogue.run('PRAGMA query_only = 1')
    expect(taken()).toEqual([])
    watched.site.catalogue.run('PRAGMA query_only = 0')
    expect(taken()).toEqual(['BACKUP_STALE'])
  })
})

describe('the monitor outside of this PC', () => {
  const paths = (from: number): string[] => web.posts.slice(from).map(({ path }) => path)

  test('hears of a success only when it was proven, and once', async () => {
    using watched = await WatchedSite.make(start)
    await watched.pingTo(web)
    const from = web.posts.length
    await watched.look()
    await watched.look(minute)
    expect(paths(from)).toEqual(['/ping/1234'])
    const { id } = watched.paper.backUp()
    await watched.look(hour)
    expect(paths(from)).toHaveLength(1)
    watched.paper.check(id, 'proven')
    await watched.look(minute)
    expect(paths(from)).toHaveLength(2)
  })

  test('hears of one that is intact, where that was wished', async () => {
    using watched = await WatchedSite.make(start)
    await watched.pingTo(web, 'intact')
    await watched.look()
    const from = web.posts.length
    watched.paper.now += hour
    watched.paper.backUp()
    await watched.look()
    expect(paths(from)).toEqual(['/ping/1234'])
  })

  test('hears of a beginning and of a failure, and of no success while one is not made good', async () => {
    using watched = await WatchedSite.make(start)
    await watched.pingTo(web)
    await watched.look()
    const from = web.posts.length
    const { catalogue } = watched.site
    const job = beginJob(catalogue, { kind: 'backup', database: 'pos', owner: thisProcess(), now: start })
    await watched.look()
    endJob(catalogue, job, { state: 'failed', fault: new FaultError('DB_AUTH').fault }, start)
    const [newest = ''] = watched.paper.ids
    watched.paper.check(newest, 'proven')
    await watched.look(minute)
    await watched.look(minute)
    expect(paths(from)).toEqual(['/ping/1234/start', '/ping/1234/fail'])
  })

  test('hears nothing of an old success of a site that is at risk', async () => {
    using watched = await WatchedSite.make(start)
    watched.paper.now += 3 * day
    await watched.pingTo(web)
    const from = web.posts.length
    await watched.look()
    expect(paths(from)).toEqual([])
  })
})

describe('a test', () => {
  test('arrives on every channel, and is no news about the backups', async () => {
    using watched = await WatchedSite.make(start)
    await watched.mailTo(smtp)
    await watched.postTo(web, 'slack')
    await watched.pingTo(web)
    const [mails, from] = [smtp.mails.length, web.posts.length]
    for (const channel of ['email', 'webhook', 'heartbeat'] as const) await testChannel(watched.site, channel)
    expect((await smtp.mailAfter(mails)).text).toContain('this is a test')
    expect(web.posts.slice(from).map(({ path }) => path)).toEqual(['/hook', '/ping/1234/start'])
    expect(web.posts[from]?.body).toContain('This is a test')
  })

  test('says why it did not arrive, without the address', async () => {
    using watched = await WatchedSite.make(start)
    await watched.postTo(web, 'generic', '/services/T0/secret-token')
    web.mood = 404
    const said = await testChannel(watched.site, 'webhook').catch((error: unknown) => String(error))
    web.mood = 200
    expect(said).toContain('the service answered 404')
    expect(said).not.toContain('secret-token')
    expect(JSON.stringify(watched.site.settings)).not.toContain('secret-token')
  })
})
