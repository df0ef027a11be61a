import * as z from 'zod'
import {
  EmailSettings,
  type AlertSettings,
  type Channel,
  type HeartbeatSettings,
  type WebhookShape,
} from '../../shared/alert-model.ts'
import { FaultError } from '../../shared/fault.ts'
import type { Settings } from '../../shared/model.ts'
import { forgetChannel } from '../catalogue/channels.ts'
import { Secret } from '../secret.ts'
import type { Site } from '../site.ts'

/** What the settings are changed through: other parts of them stay as they are. */
export interface Changeable {
  readonly site: Site
  change(change: (settings: Settings) => Settings): Promise<void>
}

/** Mails alerts from now on. Without a password the one that is kept stays. Throws USAGE. */
export async function mailAlerts(
  engine: Changeable,
  email: EmailSettings,
  password: Secret | undefined,
): Promise<void> {
  const parsed = EmailSettings.safeParse(email)
  if (!parsed.success) throw wrong(parsed.error.issues.map(({ message }) => message).join(' '))
  const { secrets } = engine.site.world
  if (password !== undefined) await secrets.write('smtp-password', password)
  else if (email.user !== undefined && (await secrets.read('smtp-password')) === undefined)
    throw wrong('A mail server with a user wants a password, too.')
  await turnOn(engine, 'email', { email: parsed.data })
}

/** Posts alerts there from now on. Throws USAGE. */
export async function postAlerts(engine: Changeable, shape: WebhookShape, address: Secret): Promise<void> {
  const host = hostOf(address)
  await engine.site.world.secrets.write('webhook-url', address)
  await turnOn(engine, 'webhook', { webhook: { shape, host } })
}

/** Pings a monitor outside of this PC from now on. Throws USAGE. */
export async function pingAfterSuccess(
  engine: Changeable,
  after: HeartbeatSettings['after'],
  address: Secret,
): Promise<void> {
  const host = hostOf(address)
  await engine.site.world.secrets.write('heartbeat-url', address)
  await turnOn(engine, 'heartbeat', { heartbeat: { after, host } })
}

/** Throws USAGE for a channel that is not on. */
export async function turnOff(engine: Changeable, channel: Channel): Promise<void> {
  requireOn(engine.site, channel)
  await engine.change(({ alerts = {}, ...settings }) => {
    const { [channel]: _off, ...others } = alerts
    return Object.keys(others).length === 0 ? settings : { ...settings, alerts: others }
  })
  forgetChannel(engine.site.catalogue, channel)
}

/** Throws USAGE for a channel that is not on. */
export function requireOn({ settings }: Site, channel: Channel): void {
  if (settings.alerts?.[channel] === undefined) throw wrong(`The channel ${channel} is not set up.`)
}

async function turnOn(engine: Changeable, channel: Channel, part: AlertSettings): Promise<void> {
  await engine.change((settings) => ({ ...settings, alerts: { ...settings.alerts, ...part } }))
  forgetChannel(engine.site.catalogue, channel)
}

const WebAddress = z.url({ protocol: /^https?$/ })

/** The address itself is not repeated: whoever has it may write there. */
function hostOf(address: Secret): string {
  const parsed = WebAddress.safeParse(address.reveal())
  if (!parsed.success) throw wrong('The address must begin with https:// or http://.')
  return new URL(parsed.data).host
}

const wrong = (problem: string): FaultError => new FaultError('USAGE', { values: { problem } })
