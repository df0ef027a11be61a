import type { AlertLevel } from '../../shared/alert-model.ts'
import { alertTexts } from '../../shared/texts-alerts.ts'
import type { Anomaly } from './anomaly-rules.ts'

/** Something that is so, and that somebody should know. */
export interface Observed {
  readonly code: string
  /** Empty: the site. */
  readonly subject: string
  readonly level: AlertLevel
  readonly since: number
  readonly text: string
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

export interface Words {
  readonly sayWhen: (at: number) => string
  /** `2026-11-03` */
  readonly sayDay: (at: number) => string
  readonly sayBytes: (bytes: number) => string
}

const ofSite = (code: string, level: AlertLevel, since: number, text: string): Observed => ({
  code,
  subject: '',
  level,
  since,
  text,
})

export interface DiskFacts {
  readonly now: number
  readonly freeBytes: number
  /** By how much all backups together have grown in so many days; null: too short a time to tell. */
  readonly grownBytes: number
  readonly days: number | null
  /** What one round of backups of all databases takes. */
  readonly roundBytes: number
}

const soonDays = 14
const fewRounds = 3

/** The backup disk fills up within two weeks, or has room for fewer than three rounds of backups. */
export function diskAlerts(facts: DiskFacts, { sayDay, sayBytes }: Words): Observed[] {
  const { now, freeBytes, grownBytes, days, roundBytes } = facts
  if (roundBytes > 0 && freeBytes < roundBytes * fewRounds)
    return [ofSite('DISK_FILLING', 'attention', now, alertTexts.diskTight(sayBytes(freeBytes)))]
  if (days === null || grownBytes <= 0) return []
  const daysLeft = freeBytes / (grownBytes / days)
  if (daysLeft >= soonDays) return []
  return [ofSite('DISK_FILLING', 'attention', now, alertTexts.diskFull(sayDay(now + daysLeft * dayMs)))]
}

export interface ClockFacts {
  readonly now: number
  /** The latest moment that Larder has written down; null: none. */
  readonly lastSeenAt: number | null
  /** When the clock last jumped, and how far. */
  readonly jump: { readonly at: number; readonly ms: number } | null
}

/** 2026-01-01: there was no Larder before. */
const firstLarder = 1_767_225_600_000

/** A clock that went back by more than the hour that people set it by hand (INV-13). */
export function clockAlerts({ now, lastSeenAt, jump }: ClockFacts): Observed[] {
  if (now < firstLarder) return [ofSite('CLOCK_WRONG', 'attention', now, alertTexts.clockEarly)]
  const isBehind = lastSeenAt !== null && now < lastSeenAt - hourMs
  const hasJumped = jump !== null && jump.ms < -hourMs && now >= jump.at && now - jump.at < 6 * hourMs
  return isBehind || hasJumped ? [ofSite('CLOCK_WRONG', 'attention', now, alertTexts.clockBack)] : []
}

const silentMs = 10 * minuteMs

/** The schedule is looked at twice a minute where Larder runs (INV-23). Null: no scheduler ever ran here. */
export function schedulerAlerts(tickedAt: number | null, now: number, { sayWhen }: Words): Observed[] {
  if (tickedAt === null || now - tickedAt < silentMs) return []
  return [ofSite('SCHEDULER_SILENT', 'attention', tickedAt, alertTexts.silent(sayWhen(tickedAt)))]
}

export interface ToolFacts {
  readonly now: number
  /** The fault of looking for tools that fit the server; null: there are some. */
  readonly fault: { readonly text: string } | null
  /** `15.18`, when it has a known hole. */
  readonly unsafeVersion: string | null
}

export function toolAlerts({ now, fault, unsafeVersion }: ToolFacts): Observed[] {
  if (fault !== null) return [ofSite('TOOLS_GONE', 'at-risk', now, fault.text)]
  if (unsafeVersion === null) return []
  return [ofSite('TOOLS_UNSAFE', 'notice', now, alertTexts.toolsUnsafe(unsafeVersion))]
}

/** Who keeps each secret. By file alone is a weaker way, and where nobody logs in the only one. */
export const secretAlerts = (keepers: readonly ('keyring' | 'file')[], now: number): Observed[] =>
  keepers.includes('file') ? [ofSite('SECRETS_BY_FILE', 'notice', now, alertTexts.secretsByFile)] : []

export interface ProofFacts {
  readonly database: string
  readonly last: { readonly verdict: 'proven' | 'different'; readonly endedAt: number } | null
  /** The last try, when it came to no verdict. */
  readonly failure: { readonly text: string; readonly endedAt: number } | null
}

/** A proof that found a difference is worse than one that could not be made. */
export function proofAlerts({ database, last, failure }: ProofFacts): Observed[] {
  const about = { subject: database }
  if (last?.verdict === 'different') {
    const text = alertTexts.proofDifferent(database)
    return [{ ...about, code: 'PROOF_DIFFERENT', level: 'at-risk', since: last.endedAt, text }]
  }
  if (failure === null || failure.endedAt < (last?.endedAt ?? 0)) return []
  return [{ ...about, code: 'PROOF_FAILED', level: 'attention', since: failure.endedAt, text: failure.text }]
}

/** One alert of a kind: the first table, and how many more. `takenAt` is when the newest backup was taken. */
export function anomalyAlerts(
  database: string,
  takenAt: number,
  anomalies: readonly Anomaly[],
  words: Pick<Words, 'sayBytes'>,
): Observed[] {
  const found = new Map<string, string[]>()
  for (const one of anomalies) {
    const { code, text } = inWords(database, one, words)
    found.set(code, [...(found.get(code) ?? []), text])
  }
  return [...found].map(([code, [first = '', ...more]]) => ({
    code,
    subject: database,
    level: 'attention',
    since: takenAt,
    text: `${first}${alertTexts.andMore(more.length)}`,
  }))
}

function inWords(name: string, one: Anomaly, { sayBytes }: Pick<Words, 'sayBytes'>) {
  switch (one.what) {
    case 'size':
      return {
        code: 'SIZE_UNUSUAL',
        text: alertTexts.sizeUnusual(name, sayBytes(one.bytes), sayBytes(one.usualBytes)),
      }
    case 'table-gone':
      return { code: 'ROWS_UNUSUAL', text: alertTexts.tableGone(name, one.table) }
    case 'rows-fell':
      return { code: 'ROWS_UNUSUAL', text: alertTexts.rowsFell(name, one.table, one.rows, one.lowest) }
    case 'other-server':
      return { code: 'DATABASE_DIFFERENT', text: alertTexts.otherServer(name) }
    case 'other-tables':
      return { code: 'DATABASE_DIFFERENT', text: alertTexts.otherTables(name) }
  }
  return one satisfies never
}

/** A channel that fails is told on the others, and shown. */
export const channelAlerts = (
  channels: readonly {
    readonly channel: string
    readonly name: string
    readonly failingSince: number
    readonly problem: string
  }[],
): Observed[] =>
  channels.map(({ channel, name, failingSince, problem }) => ({
    code: 'NOTIFY_FAILED',
    subject: channel,
    level: 'attention',
    since: failingSince,
    text: alertTexts.notifyFailed(name, problem),
  }))
