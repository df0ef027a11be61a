import type { Command } from 'commander'
import { acknowledge, liveAlerts, resolvedAlerts, type StoredAlert } from '../engine/catalogue/alerts.ts'
import { channelStates } from '../engine/catalogue/channels.ts'
import type { Engine } from '../engine/engine.ts'
import { requireOn } from '../engine/monitor/change-channels.ts'
import { testChannel } from '../engine/monitor/deliver.ts'
import { toAlert } from '../engine/monitor/stored-status.ts'
import { watchAndTell } from '../engine/monitor/watch.ts'
import { Channel } from '../shared/alert-model.ts'
import { toInstant } from '../shared/calendar.ts'
import { channelNames, nextStep } from '../shared/texts-alerts.ts'
import { addChannels, channelOf } from './alert-channels.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import { usage, type Act, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

/** `larder alerts [list|ack|test|email|webhook|heartbeat|off]`: what is wrong, and who is told. */
export const addAlerts: Verb = (larder, act) => {
  const alerts = larder.command('alerts').description('what is wrong, since when, and who is told of it')
  alerts
    .command('list', { isDefault: true })
    .description('look now, and list what is open and what was solved in the last week')
    .action(() => act(list))
  alerts
    .command('ack')
    .description('say that you know: it stays on the list, and is told once a week only')
    .argument('<id>', 'from the list')
    .action((id: string) => act((context) => acknowledgeOne(context, id)))
  addTest(alerts, act)
  addChannels(alerts, act)
}

const addTest = (alerts: Command, act: Act): Command =>
  alerts
    .command('test')
    .description('send a test on every channel that is set up, or on one')
    .argument('[channel]', 'email, webhook or heartbeat')
    .action((channel: string | undefined) => act((context) => test(context, channel)))

const weekMs = 7 * 86_400_000
const mostSolved = 50

async function list(context: Context): Promise<ExitCode> {
  return withSite(context, async (engine) => {
    await watchAndTell(engine)
    const { catalogue } = engine.site
    const open = liveAlerts(catalogue)
    const solved = resolvedAlerts(catalogue, engine.world.now() - weekMs, mostSolved)
    const channels = channelsOf(engine)
    answer(context, { alerts: [...open, ...solved].map(toAlert), channels }, () =>
      [
        ...(open.length === 0 ? ['Nothing is wrong.'] : open.map(inWords)),
        ...solved.map(({ text, resolvedAt }) => `solved ${minute(resolvedAt)}  ${text}`),
        '',
        ...channels.map(channelInWords),
      ].join('\n'),
    )
    return exitCodes.done
  })
}

const minute = (at: number | null): string => (at === null ? '' : localMinute(toInstant(at)))

const inWords = ({ id, level, code, text, since, acknowledgedAt }: StoredAlert): string =>
  [
    `${id}  ${level}  since ${minute(since)}${acknowledgedAt === null ? '' : '  (acknowledged)'}`,
    `        ${text}`,
    `        ${nextStep(code)}`,
  ].join('\n')

interface ChannelFacts {
  readonly channel: Channel
  readonly isOn: boolean
  readonly to: string | null
  readonly workedAt: string | null
  readonly problem: string | null
}

function channelsOf({ site: { catalogue, settings } }: Engine): readonly ChannelFacts[] {
  const states = channelStates(catalogue)
  const { email, webhook, heartbeat } = settings.alerts ?? {}
  const to = { email: email?.to.join(', '), webhook: webhook?.host, heartbeat: heartbeat?.host }
  return Channel.options.map((channel) => {
    const state = states.find((one) => one.channel === channel)
    return {
      channel,
      isOn: to[channel] !== undefined,
      to: to[channel] ?? null,
      workedAt: typeof state?.workedAt === 'number' ? toInstant(state.workedAt) : null,
      problem: state?.problem ?? null,
    }
  })
}

function channelInWords({ channel, to, workedAt, problem }: ChannelFacts): string {
  const name = channelNames[channel].padEnd(14)
  if (to === null) return `${name}  off`
  const how = problem ?? (workedAt === null ? 'not used yet' : `worked ${localMinute(workedAt)}`)
  return `${name}  ${to}: ${how}`
}

async function acknowledgeOne(context: Context, id: string): Promise<ExitCode> {
  return withSite(context, async ({ site, world }) => {
    const alert = acknowledge(site.catalogue, id, world.now())
    answer(context, toAlert(alert), () => `Acknowledged: ${alert.text}`)
    return exitCodes.done
  })
}

async function test(context: Context, named: string | undefined): Promise<ExitCode> {
  return withSite(context, async ({ site }) => {
    const channels = named === undefined ? allOn(site.settings.alerts ?? {}) : [channelOf(named)]
    if (channels.length === 0) throw usage('No channel is set up. Next: larder alerts email --help')
    for (const channel of channels) requireOn(site, channel)
    for (const channel of channels) await testChannel(site, channel)
    answer(context, { delivered: channels }, () =>
      channels.map((one) => `${channelNames[one]}: a test was delivered.`).join('\n'),
    )
    return exitCodes.done
  })
}

const allOn = (alerts: Partial<Record<Channel, unknown>>): readonly Channel[] =>
  Channel.options.filter((channel) => alerts[channel] !== undefined)
