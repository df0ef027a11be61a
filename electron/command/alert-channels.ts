import type { Command } from 'commander'
import * as z from 'zod'
import { mailAlerts, pingAfterSuccess, postAlerts, turnOff } from '../engine/monitor/change-channels.ts'
import { Secret } from '../engine/secret.ts'
import { Channel, EmailSettings, HeartbeatSettings, WebhookShape } from '../shared/alert-model.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import type { Io } from './io.ts'
import { answer } from './output.ts'
import { readPassword } from './read-password.ts'
import { parseOptions, usage, type Act, type Context } from './verb.ts'
import { withSite } from './with-site.ts'

const Email = z.object({
  host: z.string(),
  port: z.coerce.number('--port wants a number.').int().min(1).max(65_535).optional(),
  security: z.enum(['tls', 'starttls', 'none'], '--security is tls, starttls or none.').default('starttls'),
  user: z.string().optional(),
  from: z.string().optional(),
  to: z.string().transform((list) => list.split(',').map((one) => one.trim())),
  passwordStdin: z.boolean().optional(),
})
const Webhook = z.object({
  url: z.string(),
  shape: WebhookShape.default('generic'),
})
const Heartbeat = z.object({ url: z.string(), after: HeartbeatSettings.shape.after.default('proven') })

/** The ways to be told: `email`, `webhook`, `heartbeat`, and `off` for any of them. */
export function addChannels(alerts: Command, act: Act): void {
  addEmail(alerts, act)
  alerts
    .command('webhook')
    .description('post alerts to a chat, or to your own program')
    .requiredOption(
      '--url <address>',
      'where to; - reads it from standard input, where no other user sees it',
    )
    .option('--shape <kind>', WebhookShape.options.join(', '), 'generic')
    .action((options: unknown) => act((context) => webhook(context, parseOptions(Webhook, options))))
  alerts
    .command('heartbeat')
    .description('ping a monitor outside of this PC, which notices when the pings stop')
    .requiredOption('--url <address>', 'its ping address; - reads it from standard input')
    .option('--after <what>', 'what counts as a success: proven or intact', 'proven')
    .action((options: unknown) => act((context) => heartbeat(context, parseOptions(Heartbeat, options))))
  alerts
    .command('off')
    .description('do not use a channel any more')
    .argument('<channel>', Channel.options.join(', '))
    .action((channel: string) => act((context) => off(context, channel)))
}

const addEmail = (alerts: Command, act: Act): Command =>
  alerts
    .command('email')
    .description('mail alerts')
    .requiredOption('--host <name>', 'the mail server')
    .requiredOption('--to <addresses>', 'who is told, with commas between them')
    .option('--port <number>', 'default: 587 for starttls, 465 for tls, 25 for none')
    .option('--security <how>', 'tls, starttls or none', 'starttls')
    .option('--user <name>', 'the login at the mail server (default: none)')
    .option('--from <address>', 'who it comes from (default: the user, or else the first of --to)')
    .option('--password-stdin', 'read the password from standard input')
    .action((options: unknown) => act((context) => email(context, parseOptions(Email, options))))

const usualPorts = { tls: 465, starttls: 587, none: 25 } as const

async function email(context: Context, options: z.output<typeof Email>): Promise<ExitCode> {
  const { host, port, security, user, from, to, passwordStdin } = options
  const sender = from ?? (user?.includes('@') ? user : to[0])
  const parsed = EmailSettings.safeParse({
    host,
    port: port ?? usualPorts[security],
    security,
    ...(user === undefined ? {} : { user }),
    from: sender,
    to,
  })
  if (!parsed.success) throw usage(parsed.error.issues.map(({ message }) => message).join(' '))
  const password = passwordStdin ? new Secret(await readPassword({ passwordStdin }, context.io)) : undefined
  return withSite(context, async (engine) => {
    await mailAlerts(engine, parsed.data, password)
    answer(context, { email: parsed.data }, () => `Alerts are mailed to ${to.join(', ')}. ${tryIt('email')}`)
    return exitCodes.done
  })
}

async function webhook(context: Context, { url, shape }: z.output<typeof Webhook>): Promise<ExitCode> {
  const address = await addressOf(url, context.io)
  return withSite(context, async (engine) => {
    await postAlerts(engine, shape, address)
    const { alerts } = engine.site.settings
    answer(
      context,
      { webhook: alerts?.webhook },
      () => `Alerts are posted to ${alerts?.webhook?.host ?? ''}. ${tryIt('webhook')}`,
    )
    return exitCodes.done
  })
}

async function heartbeat(context: Context, { url, after }: z.output<typeof Heartbeat>): Promise<ExitCode> {
  const address = await addressOf(url, context.io)
  return withSite(context, async (engine) => {
    await pingAfterSuccess(engine, after, address)
    const { alerts } = engine.site.settings
    answer(
      context,
      { heartbeat: alerts?.heartbeat },
      () =>
        `A ping goes to ${alerts?.heartbeat?.host ?? ''} after every ${after} backup. ${tryIt('heartbeat')}`,
    )
    return exitCodes.done
  })
}

const tryIt = (channel: Channel): string => `Next: larder alerts test ${channel}`

async function addressOf(url: string, io: Io): Promise<Secret> {
  return new Secret(url === '-' ? await readPassword({ passwordStdin: true }, io) : url)
}

async function off(context: Context, named: string): Promise<ExitCode> {
  const channel = channelOf(named)
  return withSite(context, async (engine) => {
    await turnOff(engine, channel)
    answer(context, { off: channel }, () => `The channel ${channel} is off.`)
    return exitCodes.done
  })
}

/** Throws USAGE. */
export function channelOf(named: string): Channel {
  const channel = Channel.safeParse(named).data
  if (channel === undefined) throw usage(`“${named}” is no channel: say ${Channel.options.join(', ')}.`)
  return channel
}
