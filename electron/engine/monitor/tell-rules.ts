import type { AlertLevel } from '../../shared/alert-model.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** What an alert must know of itself to be told in time. Times in milliseconds. */
export interface Tellable {
  readonly id: string
  readonly code: string
  readonly level: AlertLevel
  /** When a watch first saw it. */
  readonly openedAt: number
  readonly acknowledgedAt: number | null
  readonly resolvedAt: number | null
}

interface Told {
  readonly count: number
  readonly toldAt: number
  readonly solvedAt: number | null
}

/**
 * How long a condition may hold before it is told: what is tried again by itself, or is a person's next step anyway,
 * gets the time for it. INV-23 allows an hour.
 */
const patienceMs: Readonly<Record<string, number>> = {
  DB_UNREACHABLE: 30 * minuteMs,
  DB_STARTING: 30 * minuteMs,
  DB_TOO_MANY: 30 * minuteMs,
  DB_CONNECTION_LOST: 30 * minuteMs,
  DB_LOCKED: 30 * minuteMs,
  INTERRUPTED: 30 * minuteMs,
  NO_BACKUP: 50 * minuteMs,
  BACKUP_LATE: 50 * minuteMs,
  // After a day off the backup of the night is made up for first.
  BACKUP_STALE: 30 * minuteMs,
  SCHEDULER_SILENT: 15 * minuteMs,
  NOTIFY_FAILED: 15 * minuteMs,
  NOT_PROVEN: 12 * hourMs,
  KEY_UNCONFIRMED: dayMs,
}

/** A clock that was ahead when it was told must not silence an alert until it is then. */
const playMs = 5 * minuteMs

/** Told once, again after four hours, then every day; once a week when somebody has said that they know (INV-24). */
export function isDue(alert: Tellable, told: Told | undefined, now: number): boolean {
  const { level, code, openedAt, acknowledgedAt, resolvedAt } = alert
  if (resolvedAt !== null || level === 'notice' || level === 'paused') return false
  if (told === undefined && acknowledgedAt === null)
    return openedAt > now + playMs || now - openedAt >= (patienceMs[code] ?? 0)
  const last = Math.max(told?.toldAt ?? 0, acknowledgedAt ?? 0)
  if (last > now + playMs) return true
  return now - last >= (acknowledgedAt === null ? repeatMs(told?.count ?? 1) : 7 * dayMs)
}

const repeatMs = (count: number): number => (count === 1 ? 4 * hourMs : dayMs)

/** They end because another backup came, not because anybody found out what it was. */
const endsByItself = new Set(['SIZE_UNUSUAL', 'ROWS_UNUSUAL', 'DATABASE_DIFFERENT'])

/** Whoever heard of a trouble wants to hear of its end, once. */
export const isSolvedDue = ({ code, resolvedAt }: Tellable, told: Told | undefined): boolean =>
  resolvedAt !== null &&
  !endsByItself.has(code) &&
  told !== undefined &&
  (told.solvedAt === null || told.solvedAt < told.toldAt)

/** After how many minutes a channel that failed is tried again. */
const retryMinutes = [1, 5, 15]

/** Whether a channel may be tried: at once, and ever more seldom while it fails, but once an hour at least. */
export function mayTry(
  { tries, triedAt }: { readonly tries: number; readonly triedAt: number | null },
  now: number,
): boolean {
  if (tries === 0 || triedAt === null || triedAt > now + playMs) return true
  return now - triedAt >= (retryMinutes[tries - 1] ?? 60) * minuteMs
}
