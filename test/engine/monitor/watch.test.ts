import { afterAll, describe, expect, test } from 'vitest'
import { acknowledge, liveAlerts } from '../../../electron/engine/catalogue/alerts.ts'
import { writeHeartbeat } from '../../../electron/engine/schedule/heartbeat.ts'
import { startHttpSink } from '../../support/http-sink.ts'
import { startSmtpSink } from '../../support/smtp-sink.ts'
import { WatchedSite } from '../../support/watched-site.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.UTC(2026, 10, 3, 14)

const web = await startHttpSink()
afterAll(() => web[Symbol.asyncDispose]())

const bodies = (from: number): { title: string; open: { code: string }[]; solved: { code: string }[] }[] =>
  web.posts.slice(from).map(({ body }) => JSON.parse(body))

describe('an alert', () => {
  test('opens with the facts, is acknowledged, and resolves itself with them', async () => {
    using watched = await WatchedSite.failed(start)
    const { alerts } = await watched.look()
    expect(alerts).toMatchObject([{ code: 'DB_AUTH', subject: 'pos', state: 'open', level: 'attention' }])
    acknowledge(watched.site.catalogue, alerts[0]?.id ?? '', watched.paper.now)
    expect(watched.status.alerts).toMatchObject([{ code: 'DB_AUTH', state: 'acknowledged' }])
    watched.paper.backUp({ proven: true })
    // What is derived is true at once, whether a watch has written it down or not.
    expect(watched.status).toMatchObject({ health: 'protected', alerts: [] })
    await watched.look()
    expect(liveAlerts(watched.site.catalogue)).toEqual([])
  })

  test('is dated by its beginning, also when it comes again and again', async () => {
    using watched = await WatchedSite.failed(start)
    const [first] = (await watched.look()).alerts
    watched.paper.now += hour
    watched.fail()
    expect((await watched.look()).alerts[0]).toMatchObject({ since: first?.since, id: first?.id })
  })

  test('cannot be acknowledged once it is over', async () => {
    using watched = await WatchedSite.failed(start)
    const [alert] = (await watched.look()).alerts
    watched.paper.backUp({ proven: true })
    await watched.look()
    expect(() => acknowledge(watched.site.catalogue, alert?.id ?? '', start)).toThrow('No alert')
  })

  test('of a database stays while nobody knows which databases there are', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.look()
    watched.knownDatabases = []
    await watched.look()
    expect(liveAlerts(watched.site.catalogue).map(({ code }) => code)).toEqual(['DB_AUTH', 'NO_DATABASE'])
  })

  test('is written only when something changed, so that a look costs nothing', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.look()
    const { catalogue } = watched.site
    catalogue.run('PRAGMA query_only = 1')
    await watched.look(minute)
    expect(watched.paper.logged.join('\n')).not.toContain('disturbed')
    catalogue.run('PRAGMA query_only = 0')
  })
})

describe('what is told', () => {
  test('is told once, after four hours, then daily; weekly when acknowledged; and once that it is over', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.postTo(web)
    const from = web.posts.length
    const told = async (laterMs: number): Promise<number> => {
      await watched.look(laterMs)
      return web.posts.length - from
    }
    expect(await told(0)).toBe(1)
    expect(await told(minute)).toBe(1)
    expect(await told(4 * hour)).toBe(2)
    expect(await told(4 * hour)).toBe(2)
    expect(await told(20 * hour)).toBe(3)
    const [alert] = liveAlerts(watched.site.catalogue).filter(({ code }) => code === 'DB_AUTH')
    acknowledge(watched.site.catalogue, alert?.id ?? '', watched.paper.now)
    const before = web.posts.length
    watched.paper.now += 6 * day
    await watched.look()
    expect(bodies(before).flatMap(({ open }) => open.map(({ code }) => code))).not.toContain('DB_AUTH')
    await watched.look(day)
    expect(bodies(before).flatMap(({ open }) => open.map(({ code }) => code))).toContain('DB_AUTH')
    watched.paper.backUp({ proven: true })
    const last = web.posts.length
    await watched.look()
    await watched.look(hour)
    const over = bodies(last)
    expect(over).toHaveLength(1)
    expect(over[0]?.open).toEqual([])
    expect(over[0]?.solved.map(({ code }) => code)).toContain('DB_AUTH')
  })

  test('is neither lost nor repeated by a restart', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.postTo(web)
    const from = web.posts.length
    await watched.look()
    await watched.paper.reopen()
    await watched.look(minute)
    expect(web.posts.length - from).toBe(1)
    await watched.paper.reopen()
    await watched.look(4 * hour)
    expect(web.posts.length - from).toBe(2)
  })

  test('is told once by several that look at the same time', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.postTo(web)
    const from = web.posts.length
    await Promise.all([watched.look(), watched.look(), watched.look()])
    expect(web.posts.length - from).toBe(1)
  })

  test('does not flap: what comes back within hours is the same alert', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.postTo(web)
    const from = web.posts.length
    for (let round = 0; round < 5; round += 1) {
      await watched.look(minute)
      watched.paper.backUp({ proven: true })
      await watched.look(minute)
      watched.fail()
    }
    // Once that it is wrong, once that it is over.
    expect(bodies(from).map(({ open, solved }) => [open.length, solved.length])).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  test('waits for what is tried again by itself', async () => {
    using watched = await WatchedSite.make(start)
    watched.fail('DB_UNREACHABLE')
    await watched.postTo(web)
    const from = web.posts.length
    await watched.look()
    await watched.look(20 * minute)
    expect(web.posts.length - from).toBe(0)
    await watched.look(10 * minute)
    expect(web.posts.length - from).toBe(1)
  })

  test('says nothing of a day off when the backup is made up for right after the start', async () => {
    using watched = await WatchedSite.make(start)
    await watched.postTo(web)
    const from = web.posts.length
    writeHeartbeat(watched.world.dataFolder, start)
    const { alerts } = await watched.look(3 * day)
    expect(alerts.map(({ code }) => code)).toEqual(['BACKUP_STALE', 'SCHEDULER_SILENT'])
    watched.paper.backUp({ proven: true })
    const lookAlive = async (laterMs: number): Promise<number> => {
      writeHeartbeat(watched.world.dataFolder, watched.paper.now + laterMs)
      await watched.look(laterMs)
      return web.posts.length - from
    }
    expect(await lookAlive(minute)).toBe(0)
    expect(await lookAlive(26 * hour)).toBe(0)
    expect(await lookAlive(30 * minute)).toBe(1)
    expect(bodies(from)).toMatchObject([{ open: [{ code: 'BACKUP_STALE' }], solved: [] }])
  })

  test('comes as one mail with all that is due, the worst first, with what to do', async () => {
    const login = { user: 'larder@bar.it', password: 'basil & thyme' }
    await using guarded = await startSmtpSink({ login })
    using watched = await WatchedSite.failed(start)
    await watched.look(26 * hour)
    await watched.mailTo(guarded, login)
    await watched.look(30 * minute)
    const mail = await guarded.mailAfter(0)
    expect(guarded.mails).toHaveLength(1)
    expect(mail).toMatchObject({ from: 'larder@bar.it', to: ['pina@bar.it'], user: 'larder@bar.it' })
    const said = decoded(mail.text)
    expect(said).toContain('No good backup of “pos”')
    expect(said).toContain('refused the user name or the password')
    expect(said.indexOf('No good backup')).toBeLessThan(said.indexOf('refused the user name'))
    expect(said).toContain('What to do: Enter the password again.')
    expect(JSON.stringify([watched.paper.logged, watched.site.settings])).not.toContain(login.password)
  })
})

/** The body of a mail that nodemailer has written as quoted-printable. */
function decoded(mail: string): string {
  const body = mail.slice(mail.indexOf('\n\n')).replaceAll(/=\n/g, '')
  const bytes = body.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString()
}
