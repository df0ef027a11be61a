import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { liveAlerts } from '../../electron/engine/catalogue/alerts.ts'
import { mailAlerts } from '../../electron/engine/monitor/change-channels.ts'
import { writeHeartbeat } from '../../electron/engine/schedule/heartbeat.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { must } from '../engine/postgres/login.ts'
import { startHttpSink } from '../support/http-sink.ts'
import { startSmtpSink } from '../support/smtp-sink.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { WatchedSite } from '../support/watched-site.ts'

const minute = 60_000
const hour = 60 * minute
const start = Date.UTC(2026, 10, 3, 14)

const smtp = await startSmtpSink()
afterAll(() => smtp[Symbol.asyncDispose]())
const web = await startHttpSink()
afterAll(() => web[Symbol.asyncDispose]())
afterEach(() => {
  smtp.mood = 'takes'
  web.mood = 200
  web.says = 'OK'
})

const problemIn = ({ site }: WatchedSite): string | undefined =>
  liveAlerts(site.catalogue).find(({ code }) => code === 'NOTIFY_FAILED')?.text

describe('a channel that fails', () => {
  test('a mail server that hangs holds a look up for its limit only, and the web hears of it', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.mailTo(smtp)
    await watched.postTo(web)
    smtp.mood = 'hangs'
    const [from, began] = [web.posts.length, performance.now()]
    await watched.look()
    expect(performance.now() - began).toBeLessThan(5000)
    expect(JSON.parse(web.posts[from]?.body ?? '')).toMatchObject({ open: [{ code: 'DB_AUTH' }] })

    await watched.look(minute)
    await watched.look(15 * minute)
    expect(problemIn(watched)).toContain('E-mail does not arrive')
    expect(watched.codes).toContain('NOTIFY_FAILED')
    const told = web.posts.slice(from).flatMap(({ body }) => JSON.parse(body).open as { code: string }[])
    expect(told.map(({ code }) => code)).toEqual(['DB_AUTH', 'NOTIFY_FAILED'])
  })

  test('a web address that answers 500 for a day is tried ever more seldom, and tells once it is well', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.postTo(web)
    web.mood = 500
    const from = web.posts.length
    for (let passed = 0; passed < 24 * 60; passed += 15) await watched.look(15 * minute)
    const tries = web.posts.length - from
    expect(tries).toBeGreaterThanOrEqual(25)
    expect(tries).toBeLessThanOrEqual(28)
    expect(problemIn(watched)).toContain('answered 500')
    expect(watched.status.health).not.toBe('protected')
    web.mood = 200
    await watched.look(hour)
    const [last] = web.posts.slice(-1)
    expect(JSON.parse(last?.body ?? '').open.map(({ code }: { code: string }) => code)).toContain('DB_AUTH')
    // A channel does not tell of its own trouble: that it works again is seen by the message.
    expect(last?.body).not.toContain('NOTIFY_FAILED')
    await watched.look()
    expect(problemIn(watched)).toBeUndefined()
  })

  test.each([
    ['says nothing', () => (web.mood = 'hangs'), /no answer within 0\.3 s/],
    ['sends elsewhere', () => (web.mood = 302), /answered 302/],
    ['does not know the check, and says 200', () => (web.says = 'OK (not found)'), /does not know/],
  ])('a web address that %s has not got the message', async (_how, spoil, problem) => {
    using watched = await WatchedSite.failed(start)
    await watched.postTo(web)
    spoil()
    await watched.look()
    await watched.look()
    expect(problemIn(watched)).toMatch(problem)
  })

  test('a mail server that is busy is asked again', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.mailTo(smtp)
    smtp.mood = 'busy'
    const before = smtp.mails.length
    await watched.look()
    smtp.mood = 'takes'
    await watched.look(minute)
    expect(smtp.mails.length - before).toBe(1)
  })

  test('a wrong mail password is told, and not shown', async () => {
    const login = { user: 'larder', password: 'right' }
    await using guarded = await startSmtpSink({ login })
    using watched = await WatchedSite.failed(start)
    await watched.mailTo(guarded, { ...login, password: 'wrong-canary' })
    await watched.look()
    await watched.look()
    expect(problemIn(watched)).toContain('535')
    expect(JSON.stringify([problemIn(watched), watched.paper.logged])).not.toContain('canary')
    expect(guarded.mails).toEqual([])
  })

  test('a mail server without the encryption that was asked for gets neither mail nor password', async () => {
    const login = { user: 'larder', password: 'secret-canary' }
    await using guarded = await startSmtpSink({ login })
    using watched = await WatchedSite.failed(start)
    const way = { host: '127.0.0.1', port: guarded.port, from: 'larder@bar.it', to: ['pina@bar.it'] }
    await mailAlerts(watched, { ...way, security: 'starttls', user: 'larder' }, new Secret(login.password))
    await watched.look()
    await watched.look()
    expect(problemIn(watched)).toBeDefined()
    expect(guarded.mails).toEqual([])
    const plain = { ...way, host: 'mail.example.com', security: 'none', user: 'larder' } as const
    await expect(mailAlerts(watched, plain, new Secret('x'))).rejects.toThrow('encrypted connection only')
  })

  test('nobody there: nothing is lost, and nothing fails over it', async () => {
    const gone = await startSmtpSink()
    using watched = await WatchedSite.failed(start)
    await watched.mailTo(gone)
    await gone[Symbol.asyncDispose]()
    await watched.look()
    const status = await watched.look()
    expect(status.alerts.map(({ code }) => code)).toEqual(['DB_AUTH', 'NOTIFY_FAILED'])
    await watched.turnOff('email')
    await watched.look()
    expect(watched.codes).toEqual(['DB_AUTH'])
  })
})

const script = fileURLToPath(new URL('../support/watching-process.ts', import.meta.url))

async function watcher({ world, paper }: WatchedSite, env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const child = fork(script, [world.dataFolder, String(paper.now)], { env: { ...process.env, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

test('a mail server gets the password over TLS only, and only when its certificate is right', async () => {
  using folder = tempFolder()
  const [keyFile, certFile] = ['key.pem', 'cert.pem'].map((name) => join(folder.path, name)) as [
    string,
    string,
  ]
  const subject = ['-subj', '/CN=mail', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  const files = ['-nodes', '-keyout', keyFile, '-out', certFile]
  await must('/usr/bin/openssl', 'req', '-x509', '-newkey', 'rsa:2048', ...files, ...subject)
  const login = { user: 'larder', password: 'basil' }
  const tls = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') }
  await using guarded = await startSmtpSink({ login, tls })
  using watched = await WatchedSite.failed(start)
  const way = { host: '127.0.0.1', port: guarded.port, from: 'larder@bar.it', to: ['pina@bar.it'] }
  await mailAlerts(watched, { ...way, security: 'starttls', user: 'larder' }, new Secret(login.password))

  await watched.look()
  await watched.look()
  expect(problemIn(watched)).toMatch(/self[- ]signed/)
  expect(guarded.mails).toEqual([])

  watched.paper.now += hour
  const trusting = await watcher(watched, { NODE_EXTRA_CA_CERTS: certFile })
  trusting.send('look')
  await once(trusting, 'exit')
  expect(guarded.mails).toMatchObject([{ user: 'larder', isEncrypted: true }])
})

describe('several Larders', () => {
  test('tell one alert once, on every channel', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.mailTo(smtp)
    await watched.postTo(web)
    const [mails, posts] = [smtp.mails.length, web.posts.length]
    const others = await Promise.all([watcher(watched), watcher(watched), watcher(watched)])
    const ends = others.map((child) => once(child, 'exit'))
    for (const child of others) child.send('look')
    await Promise.all(ends)
    expect([smtp.mails.length - mails, web.posts.length - posts]).toEqual([1, 1])
    await watched.look()
    expect([smtp.mails.length - mails, web.posts.length - posts]).toEqual([1, 1])
  })

  test('one that is killed in the middle of telling has not told, and another does', async () => {
    using watched = await WatchedSite.failed(start)
    await watched.mailTo(smtp)
    smtp.mood = 'hangs'
    const [child, connections] = [await watcher(watched), smtp.connections]
    child.send('look')
    await expect.poll(() => smtp.connections).toBe(connections + 1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    smtp.mood = 'takes'
    const before = smtp.mails.length
    await watched.look(minute)
    expect(smtp.mails.length - before).toBe(0)
    await watched.look(2 * minute)
    expect(smtp.mails.length - before).toBe(1)
  })
})

describe('a catalogue that cannot be written', () => {
  test('still has the site’s health told, and is told itself, once', async () => {
    using watched = await WatchedSite.make(start)
    await watched.postTo(web)
    await watched.look()
    watched.paper.now += 30 * hour
    watched.site.catalogue.run('PRAGMA query_only = 1')
    const from = web.posts.length
    const { health, alerts } = await watched.look()
    await watched.look(minute)
    expect(health).toBe('at-risk')
    expect(alerts.map(({ code }) => code)).toContain('BACKUP_STALE')
    expect(web.posts).toHaveLength(from + 1)
    const told = JSON.parse(web.posts[from]?.body ?? '') as { open: { code: string }[] }
    expect(told.open.map(({ code }) => code)).toEqual(['CATALOGUE_UNWRITABLE', 'BACKUP_STALE'])
  })
})

test('a scheduler that stopped is seen by any look at the status, and forgotten when it ticks again', async () => {
  using watched = await WatchedSite.make(start)
  writeHeartbeat(watched.world.dataFolder, start)
  expect((await watched.look(minute)).health).toBe('protected')
  watched.paper.now += hour
  expect(watched.status).toMatchObject({ health: 'attention', alerts: [{ code: 'SCHEDULER_SILENT' }] })
  await watched.look()
  writeHeartbeat(watched.world.dataFolder, watched.paper.now)
  expect(watched.status.alerts).toEqual([])
})

test('a disk that cannot be asked keeps its alert: unknown is not the same as over', async () => {
  using watched = await WatchedSite.make(start)
  const { paper } = watched
  let freeBytes = 15
  const space = async (folder: string) => {
    if (freeBytes < 0) throw new Error(`${join(folder, 'x')} is away`)
    return { freeBytes, totalBytes: 1e12 }
  }
  paper.site = { ...paper.site, world: { ...paper.site.world, space } }
  expect((await watched.look()).alerts).toMatchObject([{ code: 'DISK_FILLING', state: 'open' }])
  freeBytes = -1
  await watched.look(20 * minute)
  expect(watched.codes).toEqual(['DISK_FILLING'])
  freeBytes = 1e12
  await watched.look(20 * minute)
  expect(watched.codes).toEqual([])
})
