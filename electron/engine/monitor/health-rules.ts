import { toInstant } from '../../shared/calendar.ts'
import type { Alert, Status, Verdict } from '../../shared/model.ts'
import type { SlotReason } from '../../shared/schedule-model.ts'

interface DatabaseFacts {
  readonly name: string
  /** When its newest intact backup was taken, ms; null when there is none. */
  readonly intactAt: number | null
  /** When its newest proven backup was taken, ms; null when there is none. */
  readonly provenAt: number | null
  /** The newest run, when that one failed or was interrupted and no later one was good. */
  readonly failure: { readonly code: string; readonly text: string; readonly at: number } | null
  /** When its newest backup was found corrupt or missing, ms; null when it was not. */
  readonly newestBadSince: number | null
}

export interface HealthFacts {
  readonly now: number
  /** When the site was set up, ms: whatever was never there is missing since then. */
  readonly setUpAt: number
  /** When the recovery key was made, ms. */
  readonly keyMadeAt: number
  /** A backup older than this is stale, and so is a proof that is so much older than the newest backup. ms. */
  readonly maxAgeMs: { readonly backup: number; readonly proof: number }
  /** The backup that was due and is not there yet, if its time of grace is over. */
  readonly late: { readonly at: number; readonly reason: SlotReason | null } | null
  /** Somebody holds the schedule back. */
  readonly paused: { readonly since: number; readonly until: number } | null
  /** Every database of the plan; empty when they could not be determined. */
  readonly databases: readonly DatabaseFacts[]
  /** What runs just now, the most telling first. */
  readonly running: 'backup' | 'restore' | null
  /** Databases that restores have swapped out and that are soon dropped, with the moment, ms. */
  readonly expiring: readonly { readonly database: string; readonly since: number; readonly at: number }[]
  readonly encrypted: boolean
  readonly recoveryConfirmed: boolean
  /** `15:30 today`, in the words and the time zone of the site. */
  readonly sayWhen: (at: number) => string
}

interface Condition {
  readonly code: string
  /** The database that it is about; unsaid: the site. */
  readonly subject?: string
  readonly verdict: 'paused' | 'attention' | 'at-risk'
  readonly since: number
  readonly text: string
}

/**
 * The site's one verdict with its reasons, from facts only. *Protected* needs a fresh and proven backup of every
 * database and a recovery key that somebody holds; anything missing is attention at best (INV-25).
 */
export function judge(facts: HealthFacts): Pick<Status, 'health' | 'sentence' | 'alerts'> {
  const conditions = [
    ...siteConditions(facts),
    ...expiringConditions(facts),
    ...scheduleConditions(facts),
    ...facts.databases.flatMap((one) => databaseConditions(one, facts)),
  ]
  const health = worst(conditions, facts.running !== null)
  return { health, sentence: sentence(facts, conditions), alerts: conditions.map(toAlert) }
}

function worst(conditions: readonly Condition[], isRunning: boolean): Verdict {
  if (isRunning) return 'working'
  if (conditions.some(({ verdict }) => verdict === 'at-risk')) return 'at-risk'
  // A pause is a decision, and what asks for attention meanwhile is told beside it; a risk is no less for being chosen.
  if (conditions.some(({ verdict }) => verdict === 'paused')) return 'paused'
  return conditions.length > 0 ? 'attention' : 'protected'
}

function siteConditions({
  setUpAt,
  keyMadeAt,
  databases,
  encrypted,
  recoveryConfirmed,
}: HealthFacts): Condition[] {
  const found: Condition[] = []
  if (databases.length === 0)
    found.push({
      code: 'NO_DATABASE',
      verdict: 'attention',
      since: setUpAt,
      text: 'It is not known which databases there are.',
    })
  if (encrypted && !recoveryConfirmed)
    found.push({
      code: 'KEY_UNCONFIRMED',
      verdict: 'attention',
      since: keyMadeAt,
      text: 'Nobody has shown yet that they hold the recovery key. If this PC breaks, the backups cannot be opened without it.',
    })
  return found
}

const expiringConditions = ({ expiring, sayWhen }: HealthFacts): Condition[] =>
  expiring.map(({ database, since, at }) => ({
    code: 'KEPT_EXPIRING',
    subject: database,
    verdict: 'attention',
    since,
    text: `What a restore of “${database}” replaced is dropped after ${sayWhen(at)}. Until then it can be undone.`,
  }))

function scheduleConditions({ late, paused, sayWhen }: HealthFacts): Condition[] {
  const found: Condition[] = []
  if (paused !== null)
    found.push({
      code: 'PAUSED',
      verdict: 'paused',
      since: paused.since,
      text: `Backups are paused until ${sayWhen(paused.until)}.`,
    })
  // A run that failed and a pause speak for themselves.
  if (late !== null && late.reason !== 'failed' && late.reason !== 'paused')
    found.push({
      code: 'BACKUP_LATE',
      verdict: 'attention',
      since: late.at,
      text: `The backup of ${sayWhen(late.at)} is late: ${whyLate[late.reason ?? 'off'] ?? 'it was put off'}.`,
    })
  return found
}

const whyLate: Partial<Record<SlotReason, string>> = {
  off: 'nothing has begun it yet',
  server: 'the till database does not answer',
  trading: 'it waits for the end of trading hours',
  busy: 'other work is still running',
  stopped: 'it was stopped',
}

function databaseConditions(
  one: DatabaseFacts,
  { now, setUpAt, maxAgeMs, sayWhen }: HealthFacts,
): Condition[] {
  const { name, intactAt, provenAt, failure, newestBadSince } = one
  const found: Condition[] = []
  const add = (code: string, verdict: Condition['verdict'], since: number, text: string): void =>
    void found.push({ code, subject: name, verdict, since, text })
  if (intactAt === null)
    add('NO_BACKUP', 'at-risk', newestBadSince ?? setUpAt, `There is no backup of “${name}” yet.`)
  else if (intactAt > now + 5 * 60_000)
    add(
      'CLOCK_WRONG',
      'attention',
      now,
      `The newest backup of “${name}” is dated in the future: is the clock right?`,
    )
  else if (now - intactAt > maxAgeMs.backup)
    add(
      'BACKUP_STALE',
      'at-risk',
      intactAt + maxAgeMs.backup,
      `No good backup of “${name}” since ${sayWhen(intactAt)}.`,
    )
  if (failure !== null) add(failure.code, 'attention', failure.at, failure.text)
  if (newestBadSince !== null)
    add(
      'BACKUP_CORRUPT',
      'at-risk',
      newestBadSince,
      `The newest backup of “${name}” has gone bad or is gone.`,
    )
  if (intactAt !== null && provenAt === null)
    add(
      'NOT_PROVEN',
      'attention',
      intactAt,
      `The newest backup of “${name}” is intact but not proven by restoring it.`,
    )
  else if (intactAt !== null && provenAt !== null && intactAt - provenAt > maxAgeMs.proof)
    add(
      'NOT_PROVEN',
      'attention',
      provenAt + maxAgeMs.proof,
      `No backup of “${name}” was proven by restoring it since that of ${sayWhen(provenAt)}.`,
    )
  return found
}

function sentence(facts: HealthFacts, conditions: readonly Condition[]): string {
  const { databases, running, paused, sayWhen } = facts
  if (running === 'restore') return 'A backup is being restored now.'
  if (running === 'backup') return 'A backup is being taken now.'
  const without = databases.filter(({ intactAt }) => intactAt === null)
  if (databases.length === 0 || without.length === databases.length) return 'There is no backup yet.'
  const [missing] = without
  if (missing !== undefined) return `There is no backup of “${missing.name}” yet.`
  const oldest = Math.min(...databases.map(({ intactAt }) => intactAt ?? 0))
  const back = `You can go back to ${sayWhen(oldest)}`
  const codes = new Set(conditions.map(({ code }) => code))
  if (codes.has('BACKUP_CORRUPT')) return `${back}, but the newest backup has gone bad.`
  if (codes.has('BACKUP_STALE')) return `${back}, and nothing since.`
  if (conditions.some(({ code }) => !mild.has(code))) return `${back}, but the last backup failed.`
  if (paused !== null) return `${back}. Backups are paused until ${sayWhen(paused.until)}.`
  if (codes.has('BACKUP_LATE')) return `${back}, but the backup after it is late.`
  if (codes.has('CLOCK_WRONG')) return `${back}, but the clock of this PC looks wrong.`
  if (codes.has('KEY_UNCONFIRMED')) return `${back}, but nobody has confirmed the recovery key.`
  if (codes.has('NOT_PROVEN')) return `${back}. This backup is intact, not proven yet.`
  const proven = `${back}; ${whatIsProven(facts)}`
  return codes.has('KEPT_EXPIRING') ? `${proven} What a restore replaced is dropped soon.` : proven
}

/** Between two proofs the newest backup is only intact; the sentence says which one is more. */
function whatIsProven({ databases, sayWhen }: HealthFacts): string {
  const behind = databases.filter(({ intactAt, provenAt }) => (provenAt ?? 0) < (intactAt ?? 0))
  if (behind.length === 0) return 'proven.'
  return `that of ${sayWhen(Math.min(...behind.map(({ provenAt }) => provenAt ?? 0)))} is proven.`
}

/** Conditions that do not say that a run went wrong. */
const mild = new Set([
  'KEY_UNCONFIRMED',
  'NOT_PROVEN',
  'NO_DATABASE',
  'CLOCK_WRONG',
  'KEPT_EXPIRING',
  'BACKUP_LATE',
  'PAUSED',
])

const toAlert = ({ code, subject, verdict, since, text }: Condition): Alert => ({
  code,
  ...(subject === undefined ? {} : { subject }),
  level: verdict,
  state: 'open',
  since: toInstant(since),
  text,
})
