import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { filesBelow } from '../support/canaries.ts'
import { startHttpSink } from '../support/http-sink.ts'
import { larder, makeCommandSite, type Answer } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { startSmtpSink } from '../support/smtp-sink.ts'
import { tempFolder } from '../support/temp-folder.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())
await makeTill(server)
const site = await makeCommandSite(server, place.path, ['till'])
const login = { user: 'larder', password: 'mail-canary-7' }
const smtp = await startSmtpSink({ login })
afterAll(() => smtp[Symbol.asyncDispose]())
const web = await startHttpSink()
afterAll(() => web[Symbol.asyncDispose]())

const runWith = (input: string, ...args: string[]): Promise<Answer> =>
  larder(args, { dataFolder: site.dataFolder, input })

interface Listed {
  readonly alerts: readonly { readonly id: string; readonly code: string; readonly state: string }[]
  readonly channels: readonly {
    readonly channel: string
    readonly isOn: boolean
    readonly to: string | null
  }[]
}
const listed = async (): Promise<Listed> => (await site.run('alerts', '--json')).json() as Listed
const mailing =
  `alerts email --host 127.0.0.1 --port ${smtp.port} --security none --user larder --password-stdin
  --from larder@bar.it --to pina@bar.it,chef@bar.it`.split(/\s+/)

describe('the alerts by command', () => {
  test('are listed with what to do, and nobody is told yet', async () => {
    const { alerts, channels } = await listed()
    expect(alerts.map(({ code }) => code)).toContain('NO_BACKUP')
    expect(channels.map(({ isOn }) => isOn)).toEqual([false, false, false])
    const { out } = await site.run('alerts', 'list')
    expect(out).toContain('There is no backup of “till” yet.')
    expect(out).toContain('Open Larder and choose “Back up now”.')
  })

  test('are acknowledged by their id, which `status` says, too', async () => {
    const before = (await listed()).alerts.find(({ code }) => code === 'NO_BACKUP')
    const said = await site.run('alerts', 'ack', before?.id ?? '', '--json')
    expect(said.json()).toMatchObject({ id: before?.id, state: 'acknowledged' })
    const { alerts } = (await site.run('status', '--json')).json() as Listed
    expect(alerts.find(({ code }) => code === 'NO_BACKUP')).toMatchObject({ state: 'acknowledged' })
    expect((await site.run('alerts', 'ack', 'nothing')).exitCode).toBe(2)
  })

  test('cannot be tested before there is a channel', async () => {
    expect((await site.run('alerts', 'test')).exitCode).toBe(2)
    expect((await site.run('alerts', 'test', 'email')).exitCode).toBe(2)
    expect((await site.run('alerts', 'test', 'pigeon')).exitCode).toBe(2)
  })

  test('go by mail, to the web and to a monitor, each with a real test', async () => {
    expect((await runWith(`${login.password}\n`, ...mailing)).exitCode).toBe(0)
    const hook = `${web.origin}/services/hook-canary-8`
    expect((await runWith(hook, 'alerts', 'webhook', '--url', '-', '--shape', 'slack')).exitCode).toBe(0)
    const ping = ['alerts', 'heartbeat', '--url', `${web.origin}/ping/ping-canary-9`, '--after', 'intact']
    expect((await site.run(...ping)).exitCode).toBe(0)

    const tested = await site.run('alerts', 'test', '--json')
    expect(tested.json()).toEqual({ delivered: ['email', 'webhook', 'heartbeat'] })
    expect((await smtp.mailAfter(0)).to).toEqual(['pina@bar.it', 'chef@bar.it'])
    expect(web.posts.map(({ path }) => path)).toEqual([
      '/services/hook-canary-8',
      '/ping/ping-canary-9/start',
    ])

    const files = filesBelow(site.dataFolder).filter((file) => !file.endsWith('secrets.json'))
    const texts = files.map((file) => readFileSync(file, 'latin1'))
    texts.push((await site.run('alerts')).out)
    expect(texts.join('')).not.toContain('canary')
  })

  test('are told by the scheduler: a run without a window pings when its backup is good', async () => {
    await site.run('backup')
    const from = web.posts.length
    const ran = await site.run('run', '--due', '--json')
    expect(ran.exitCode).toBe(0)
    expect(web.posts.slice(from).map(({ path }) => path)).toEqual(['/ping/ping-canary-9'])
  })

  test('say why a test did not arrive', async () => {
    web.mood = 404
    const said = await site.run('alerts', 'test', 'webhook')
    web.mood = 200
    expect(said.exitCode).toBe(1)
    expect(said.note).toContain('Webhook did not arrive: the service answered 404')
  })

  test('are turned off one by one', async () => {
    expect((await site.run('alerts', 'off', 'webhook')).exitCode).toBe(0)
    expect((await listed()).channels.map(({ isOn }) => isOn)).toEqual([true, false, true])
    expect((await site.run('alerts', 'off', 'webhook')).exitCode).toBe(2)
  })

  test.each([
    ['an address that is none', ['webhook', '--url', 'ftp://example.com']],
    ['a shape that is none', ['webhook', '--url', 'https://example.com', '--shape', 'round']],
    ['a port that is none', ['email', '--host', 'a', '--to', 'a@b.it', '--port', '99999']],
    ['an addressee that is none', ['email', '--host', 'a', '--to', 'pina']],
    [
      'a password in the clear',
      ['email', '--host', 'mail.it', '--to', 'a@b.it', '--security', 'none', '--user', 'a'],
    ],
  ])('refuse %s', async (_what, args) => {
    expect((await site.run('alerts', ...args)).exitCode).toBe(2)
  })
})
