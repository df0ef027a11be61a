import { fromInstant } from '../../shared/calendar.ts'
import { FaultError, toFault } from '../../shared/fault.ts'
import { faults } from '../../shared/fault-table.ts'
import type { Alert } from '../../shared/model.ts'
import { forgetAlerts, settleAlerts, type Holding, type StoredAlert } from '../catalogue/alerts.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { Site } from '../site.ts'
import type { World } from '../world.ts'
import { messageOf, sendWords, tellOn, wordChannels, type WordChannel } from './deliver.ts'
import { observe } from './observe.ts'
import { pingMonitor } from './ping.ts'
import { readStatus } from './status.ts'
import { withStored } from './stored-status.ts'

/** What the watch asks of the engine. */
export interface Watched {
  readonly world: World
  readonly isSetUp: boolean
  readonly site: Site
  readonly knownDatabases: readonly string[]
}

export interface Watch {
  /** Looks soon; for whoever noticed that something changed. */
  look(): void
  /** Looks once more and resolves when that has ended. */
  stop(): Promise<void>
}

const lookEveryMs = 60_000

/** Looks at once and every minute, one look at a time, until it is stopped. */
export function startWatch(engine: Watched): Watch {
  let looking: Promise<void> | undefined
  let isWanted = false
  const look = (): void => {
    isWanted = true
    looking ??= lookUntilCalm().finally(() => (looking = undefined))
  }
  async function lookUntilCalm(): Promise<void> {
    while (isWanted) {
      isWanted = false
      await watchAndTell(engine)
    }
  }
  const timer = setInterval(look, lookEveryMs)
  look()
  return {
    look,
    async stop() {
      clearInterval(timer)
      look()
      await looking
    },
  }
}

/**
 * Looks at everything once, keeps the alerts as the facts have them, and tells what is due on every channel. Never
 * throws, and takes little longer than the 30 seconds that a channel gets. Any process may call it at any time.
 */
export async function watchAndTell(engine: Watched): Promise<void> {
  if (!engine.isSetUp) return
  const { site, knownDatabases } = engine
  try {
    const derived = readStatus(site, knownDatabases)
    const { found, unknown } = await observe(site, knownDatabases)
    const holding = [
      ...derived.alerts.map(asHolding),
      ...found.map((one) => ({ ...one, origin: 'watch' as const })),
    ]
    const isUnknown = ({ code, subject }: StoredAlert): boolean =>
      // Without the names of the databases nothing is known of any of them.
      unknown.has(code) || (knownDatabases.length === 0 && subject !== '' && code !== 'NOTIFY_FAILED')
    try {
      settleAlerts(site.catalogue, holding, isUnknown, site.world.now())
      forgetNowAndThen(site)
    } catch (error) {
      if (!isUnwritable(error)) throw error
      await tellUnwritten(site, holding)
      return
    }
    const status = withStored(site, derived)
    await Promise.all([
      ...wordChannels.map((channel) => tellOn(site, channel)),
      pingMonitor(site, status, knownDatabases),
    ])
  } catch (error) {
    site.world.log.error(`the watch was disturbed: ${toFault(error).code} ${toFault(error).detail ?? ''}`)
  }
}

const asHolding = ({ code, subject = '', level = 'attention', text, since }: Alert): Holding => ({
  code,
  subject,
  level,
  origin: 'status',
  text,
  since: fromInstant(since),
})

const keptMs = 90 * 86_400_000
const forgetEveryMs = 86_400_000
const forgotten = new WeakMap<Catalogue, number>()

function forgetNowAndThen({ catalogue, world }: Site): void {
  const now = world.now()
  if (now - (forgotten.get(catalogue) ?? 0) < forgetEveryMs) return
  forgotten.set(catalogue, now)
  forgetAlerts(catalogue, now - keptMs)
}

const isUnwritable = (error: unknown): boolean =>
  error instanceof FaultError && error.code === 'CATALOGUE_UNWRITABLE'

const saidEveryMs = 4 * 3_600_000
const said = new WeakMap<Catalogue, Map<WordChannel, number>>()

/** What cannot be written down is still told. Only this process knows that it was, so it may be told again elsewhere. */
async function tellUnwritten(site: Site, holding: readonly Holding[]): Promise<void> {
  const { catalogue, world, settings } = site
  const now = world.now()
  const last = said.get(catalogue) ?? new Map<WordChannel, number>()
  said.set(catalogue, last)
  const unwritable = { code: 'CATALOGUE_UNWRITABLE', subject: '', level: 'at-risk', since: now } as const
  const open = [
    { ...unwritable, text: faults.CATALOGUE_UNWRITABLE.text },
    ...holding.filter(({ level }) => level === 'at-risk'),
  ].map((one) => ({
    ...one,
    id: '-',
    origin: 'watch' as const,
    openedAt: now,
    acknowledgedAt: null,
    resolvedAt: null,
  }))
  for (const channel of wordChannels) {
    const at = last.get(channel)
    if (settings.alerts?.[channel] === undefined) continue
    if (at !== undefined && now >= at && now - at < saidEveryMs) continue
    last.set(channel, now)
    await sendWords(site, channel, messageOf(site, { open, solved: [] })).catch((error: unknown) => {
      last.delete(channel)
      world.log.warn(`${channel}: not delivered: ${toFault(error).detail ?? ''}`)
    })
  }
}
