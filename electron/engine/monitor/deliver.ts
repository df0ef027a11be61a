import type { Channel } from '../../shared/alert-model.ts'
import { toInstant } from '../../shared/calendar.ts'
import { FaultError } from '../../shared/fault.ts'
import { channelNames } from '../../shared/texts-alerts.ts'
import { redact } from '../../redact-rules.ts'
import { liveAlerts, resolvedAlerts, type StoredAlert } from '../catalogue/alerts.ts'
import {
  channelFailed,
  channelStates,
  channelWorked,
  noteSolved,
  noteTold,
  releaseChannel,
  takeChannel,
  toldOf,
} from '../catalogue/channels.ts'
import type { Secret } from '../secret.ts'
import type { Site } from '../site.ts'
import type { SecretName } from '../world.ts'
import { sendMail } from './channels/email.ts'
import { sendPing } from './channels/heartbeat.ts'
import type { Item, Message } from './channels/message-rules.ts'
import { sendToWebhook } from './channels/webhook.ts'
import { wordsOf } from './observe.ts'
import { isDue, isSolvedDue, mayTry } from './tell-rules.ts'

/** Alerts are told in words here; the heartbeat says only how it goes. */
export const wordChannels = ['email', 'webhook'] as const
export type WordChannel = (typeof wordChannels)[number]

/** Nobody waits longer than this for a channel. */
export const channelLimitMs = ({ limits }: Site): number => limits.channelMs ?? 30_000

const dayMs = 86_400_000
const mostSolved = 100

/** Tells on one channel what is due there, in one message. Returns whether it was tried. */
export async function tellOn(site: Site, channel: WordChannel): Promise<boolean> {
  const isWanted = (): boolean => !isNothing(dueOn(site, channel))
  return deliver(site, channel, isWanted, async () => {
    const due = dueOn(site, channel)
    if (isNothing(due)) return () => undefined
    const now = site.world.now()
    await sendWords(site, channel, messageOf(site, due))
    return () => {
      for (const { id } of due.open) noteTold(site.catalogue, channel, id, now)
      for (const { id } of due.solved) noteSolved(site.catalogue, channel, id, now)
    }
  })
}

/**
 * Tries one delivery if it is wanted, the channel is on and rested, and no other process is at it. `send` looks once
 * more at what is to be sent and returns how to write down that it was. A failure is kept with the channel.
 */
export async function deliver(
  { catalogue, settings, world }: Site,
  channel: Channel,
  isWanted: () => boolean,
  send: () => Promise<() => void>,
): Promise<boolean> {
  if (settings.alerts?.[channel] === undefined || !isWanted()) return false
  const state = channelStates(catalogue).find((one) => one.channel === channel)
  if (state !== undefined && !mayTry(state, world.now())) return false
  if (!takeChannel(catalogue, channel, world.now())) return false
  if (!isWanted()) {
    releaseChannel(catalogue, channel)
    return false
  }
  try {
    const noteSent = await send()
    catalogue.write(() => {
      noteSent()
      channelWorked(catalogue, channel, world.now())
    })
    world.log.info(`${channelNames[channel]}: delivered`)
  } catch (error) {
    const problem = problemOf(error)
    world.log.warn(`${channelNames[channel]}: not delivered: ${problem}`)
    channelFailed(catalogue, channel, problem, world.now())
  }
  return true
}

/** One line for a person. Whatever a server echoes must not bring a secret along. */
function problemOf(error: unknown): string {
  const said =
    error instanceof FaultError ? error.fault.text : String(error instanceof Error ? error.message : error)
  return redact(said.split('\n', 1)[0] ?? '').slice(0, 300)
}

interface Due {
  readonly open: readonly StoredAlert[]
  readonly solved: readonly StoredAlert[]
}

const isNothing = ({ open, solved }: Due): boolean => open.length + solved.length === 0

function dueOn({ catalogue, world }: Site, channel: WordChannel): Due {
  const now = world.now()
  const live = liveAlerts(catalogue)
  const over = resolvedAlerts(catalogue, now - dayMs, mostSolved)
  const told = toldOf(
    catalogue,
    channel,
    [...live, ...over].map(({ id }) => id),
  )
  return {
    // That a channel fails is for the others to tell.
    open: live.filter(
      (one) =>
        !(one.code === 'NOTIFY_FAILED' && one.subject === channel) && isDue(one, told.get(one.id), now),
    ),
    solved: over.filter((one) => isSolvedDue(one, told.get(one.id))),
  }
}

export function messageOf(site: Site, { open, solved }: Due): Message {
  const { sayWhen } = wordsOf(site)
  const item = ({ id, code, subject, level, text, since }: StoredAlert): Item => ({
    id,
    code,
    subject,
    level,
    text,
    since: toInstant(since),
    sinceWords: sayWhen(since),
  })
  return {
    site: site.settings.site.name,
    sentAt: toInstant(site.world.now()),
    isTest: false,
    open: open.map(item),
    solved: solved.map(item),
  }
}

/** Sends one message on a channel that is on. Throws an Error that says what was wrong. */
export async function sendWords(site: Site, channel: WordChannel, message: Message): Promise<void> {
  const { settings, world } = site
  const limitMs = channelLimitMs(site)
  const { email, webhook } = settings.alerts ?? {}
  if (channel === 'email' && email !== undefined) {
    const password = email.user === undefined ? undefined : await needed(world, 'smtp-password')
    await sendMail(email, password, message, limitMs)
  } else if (channel === 'webhook' && webhook !== undefined)
    await sendToWebhook(webhook, await needed(world, 'webhook-url'), message, limitMs)
}

/** Sends a test on a channel that is on, and keeps how it went. Throws CHANNEL_FAILED. */
export async function testChannel(site: Site, channel: Channel): Promise<void> {
  const { catalogue, world } = site
  try {
    // A test says nothing about the backups: to the monitor it is a beginning, never a success.
    if (channel === 'heartbeat')
      await sendPing(await needed(world, 'heartbeat-url'), 'start', 'test', channelLimitMs(site))
    else await sendWords(site, channel, { ...messageOf(site, { open: [], solved: [] }), isTest: true })
  } catch (error) {
    const problem = problemOf(error)
    world.log.warn(`${channelNames[channel]}: a test did not arrive: ${problem}`)
    if (takeChannel(catalogue, channel, world.now())) channelFailed(catalogue, channel, problem, world.now())
    throw new FaultError('CHANNEL_FAILED', {
      values: { channel: channelNames[channel], problem },
      cause: error,
    })
  }
  world.log.info(`${channelNames[channel]}: a test was delivered`)
  if (takeChannel(catalogue, channel, world.now())) channelWorked(catalogue, channel, world.now())
}

export async function needed({ secrets }: Site['world'], name: SecretName): Promise<Secret> {
  const secret = await secrets.read(name)
  if (secret === undefined) throw new Error(`there is no ${name.replace('-', ' ')} any more: enter it again`)
  return secret
}
