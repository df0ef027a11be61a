import { sayMinute, sayWhen } from '../../shared/calendar.ts'
import { toFault } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import { channelNames } from '../../shared/texts-alerts.ts'
import { toolsFor } from '../backup/look-first.ts'
import { latestIntact } from '../catalogue/backups.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import { channelStates } from '../catalogue/channels.ts'
import { failedProof, goodBackups, growthSince, lastProof, lookOf } from '../catalogue/looks.ts'
import { lastWrittenAt } from '../catalogue/retained.ts'
import { scheduleState } from '../catalogue/schedule-state.ts'
import { toolWarnings } from '../postgres/tool-rules.ts'
import { readHeartbeat } from '../schedule/heartbeat.ts'
import { offsetsOf } from '../schedule/zone.ts'
import { keepersOf } from '../secrets-file.ts'
import { timeZoneOf, type Site } from '../site.ts'
import {
  anomalyAlerts,
  channelAlerts,
  clockAlerts,
  diskAlerts,
  proofAlerts,
  schedulerAlerts,
  secretAlerts,
  toolAlerts,
  type Observed,
  type Words,
} from './alert-rules.ts'
import { anomaliesOf, comparable } from './anomaly-rules.ts'

/** What a look found, and the codes of which it cannot say anything: unknown is not the same as over. */
export interface Observation {
  readonly found: readonly Observed[]
  readonly unknown: ReadonlySet<string>
}

/**
 * What the site's health does not read at every look, because it needs the disk, other programs or many backups. The
 * slow part is remembered for a quarter of an hour.
 */
export async function observe(site: Site, databases: readonly string[]): Promise<Observation> {
  const words = wordsOf(site)
  const slow = await observeSlowly(site, databases, words)
  const quick = [
    ...databases.flatMap((name) => [...observeProofs(site, name), ...observeNewest(site, name, words)]),
    ...observeClock(site),
    ...observeScheduler(site, words),
    ...observeChannels(site),
  ]
  return { found: [...slow.found, ...quick], unknown: slow.unknown }
}

/** The one thing that can be seen at once and must be, from any process: nobody looks at the schedule any more. */
export const observeScheduler = ({ world }: Site, words: Words): Observed[] =>
  schedulerAlerts(readHeartbeat(world.dataFolder), world.now(), words)

export function wordsOf({ world, settings }: Site): Words {
  const timeZone = timeZoneOf(settings)
  return {
    sayWhen: (at) => sayWhen(at, world.now(), { locale: 'en', timeZone }),
    sayDay: (at) => sayMinute(at, timeZone).slice(0, 10),
    sayBytes: (bytes) => formatBytes(bytes, 'en'),
  }
}

interface Remembered extends Observation {
  readonly at: number
  readonly about: string
}

const slowEveryMs = 15 * 60_000
const remembered = new WeakMap<Catalogue, Remembered>()

async function observeSlowly(site: Site, databases: readonly string[], words: Words): Promise<Observation> {
  const { catalogue, world, settings } = site
  const now = world.now()
  const about = JSON.stringify([settings.folder, databases])
  const last = remembered.get(catalogue)
  if (last?.about === about && now >= last.at && now - last.at < slowEveryMs) return last
  const looks: readonly (readonly [string[], () => Promise<Observed[]>])[] = [
    [['DISK_FILLING'], () => observeDisk(site, databases, words)],
    [['TOOLS_GONE', 'TOOLS_UNSAFE'], () => observeTools(site, databases)],
    [['SECRETS_BY_FILE'], async () => secretAlerts(Object.values(await keepersOf(world.dataFolder)), now)],
  ]
  const found: Observed[] = []
  const unknown = new Set<string>()
  for (const [codes, look] of looks) {
    try {
      found.push(...(await look()))
    } catch (error) {
      for (const code of codes) unknown.add(code)
      world.log.warn(`${codes.join(', ')} could not be looked at: ${toFault(error).detail ?? ''}`)
    }
  }
  const seen = { found, unknown, at: now, about }
  remembered.set(catalogue, seen)
  return seen
}

const dayMs = 86_400_000
const growthDays = 14
/** The first days of a site fill the disk at a pace that does not last. */
const fewestDays = 5

async function observeDisk(site: Site, databases: readonly string[], words: Words): Promise<Observed[]> {
  const { catalogue, world, settings } = site
  const now = world.now()
  const { freeBytes } = await world.space(settings.folder)
  const { bytes, first } = growthSince(catalogue, now - growthDays * dayMs)
  const days = first === null ? 0 : Math.min(growthDays, (now - first) / dayMs)
  const rounds = databases.map((name) => latestIntact(catalogue, name)?.bytes ?? 0)
  const facts = {
    now,
    freeBytes,
    grownBytes: bytes,
    days: days < fewestDays ? null : days,
    roundBytes: rounds.reduce((sum, one) => sum + one, 0),
  }
  return diskAlerts(facts, words)
}

/** By the server that the newest backup came from: asking it now could fail for other reasons. */
async function observeTools({ catalogue, world }: Site, databases: readonly string[]): Promise<Observed[]> {
  const now = world.now()
  const newest = databases.map((name) => latestIntact(catalogue, name)).find((one) => one !== undefined)
  if (newest === undefined) return []
  const serverVersionNum = Number.parseInt(newest.serverVersion, 10) * 10_000
  try {
    const { version, versionNum } = await toolsFor(serverVersionNum)
    const isUnsafe = toolWarnings(versionNum).length > 0
    return toolAlerts({ now, fault: null, unsafeVersion: isUnsafe ? version : null })
  } catch (error) {
    return toolAlerts({ now, fault: toFault(error), unsafeVersion: null })
  }
}

const observeProofs = ({ catalogue }: Site, database: string): Observed[] =>
  proofAlerts({
    database,
    last: lastProof(catalogue, database) ?? null,
    failure: failedProof(catalogue, database) ?? null,
  })

interface Looked {
  readonly id: string
  readonly found: readonly Observed[]
}
const looked = new WeakMap<Catalogue, Map<string, Looked>>()
/** Eight weeks of a plan that runs every six hours. */
const farthestBack = 240

/** Compares the newest backup with those of the same weekday. What a backup holds never changes: once is enough. */
function observeNewest(
  { catalogue, settings, world }: Site,
  database: string,
  words: Words,
): readonly Observed[] {
  const dated = goodBackups(catalogue, database, { until: world.now() + 5 * 60_000, limit: farthestBack })
  const [newest, before] = dated
  if (newest === undefined) return []
  const known = looked.get(catalogue) ?? new Map<string, Looked>()
  looked.set(catalogue, known)
  const last = known.get(database)
  if (last?.id === newest.id) return last.found
  const look = lookOf(catalogue, newest.id)
  if (look === undefined) return []
  const usual = comparable(dated, offsetsOf(timeZoneOf(settings))).flatMap(
    ({ id }) => lookOf(catalogue, id) ?? [],
  )
  const previous = before === undefined ? undefined : lookOf(catalogue, before.id)
  const found = anomalyAlerts(database, newest.takenAt, anomaliesOf(look, usual, previous), words)
  known.set(database, { id: newest.id, found })
  return found
}

function observeClock({ catalogue, world }: Site): Observed[] {
  const state = scheduleState(catalogue)
  const seen = [lastWrittenAt(catalogue), state?.settledTo ?? null].filter((at) => at !== null)
  const { jumpedAt = null, jumpedMs = null } = state ?? {}
  return clockAlerts({
    now: world.now(),
    lastSeenAt: seen.length === 0 ? null : Math.max(...seen),
    jump: jumpedAt === null || jumpedMs === null ? null : { at: jumpedAt, ms: jumpedMs },
  })
}

/** What was switched off does not fail any more. */
const observeChannels = ({ catalogue, settings }: Site): Observed[] =>
  channelAlerts(
    channelStates(catalogue).flatMap(({ channel, failingSince, problem }) =>
      failingSince === null || settings.alerts?.[channel] === undefined
        ? []
        : [{ channel, name: channelNames[channel], failingSince, problem: problem ?? '' }],
    ),
  )
