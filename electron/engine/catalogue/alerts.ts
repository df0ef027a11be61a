import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { AlertLevel } from '../../shared/alert-model.ts'
import { FaultError } from '../../shared/fault.ts'
import type { Catalogue } from './catalogue.ts'
import { Time } from './column.ts'

const AlertRow = z.object({
  id: z.string(),
  code: z.string(),
  /** Empty: the site. */
  subject: z.string(),
  level: AlertLevel,
  /** `status`: every look at the site's health shows it anew. `watch`: the last watch found it. */
  origin: z.enum(['status', 'watch']),
  text: z.string(),
  since: Time,
  /** When a watch first saw it: a computer that was off saw nothing, whatever was so meanwhile. */
  openedAt: Time,
  acknowledgedAt: Time.nullable(),
  resolvedAt: Time.nullable(),
})
export type StoredAlert = z.output<typeof AlertRow>

const select = `SELECT id, code, subject, level, origin, text, since, coalesce(opened_at, since) AS openedAt,
  acknowledged_at AS acknowledgedAt, resolved_at AS resolvedAt FROM alerts`

/** A condition that holds now. */
export type Holding = Pick<StoredAlert, 'code' | 'subject' | 'level' | 'origin' | 'text' | 'since'>

/** Those whose condition holds, as far as is known, oldest first. */
export const liveAlerts = (catalogue: Catalogue): readonly StoredAlert[] =>
  catalogue.all(AlertRow, `${select} WHERE resolved_at IS NULL ORDER BY seq`)

/** Those that resolved themselves at that moment (ms) or later, the latest first. */
export const resolvedAlerts = (catalogue: Catalogue, from: number, limit: number): readonly StoredAlert[] =>
  catalogue.all(
    AlertRow,
    `${select} WHERE resolved_at IS NOT NULL AND resolved_at >= +@from ORDER BY resolved_at DESC LIMIT +@limit`,
    { from, limit },
  )

/** What comes back so soon was never away: it is the same alert, and what was told of it counts on. */
export const sameAgainMs = 4 * 3_600_000

/**
 * Opens an alert for every condition that holds and resolves those whose condition does not, unless it could not be
 * judged this time. Writes nothing when nothing changed.
 */
export function settleAlerts(
  catalogue: Catalogue,
  holding: readonly Holding[],
  isUnknown: (alert: StoredAlert) => boolean,
  now: number,
): void {
  const conditions = [...new Map(holding.toReversed().map((one) => [keyOf(one), one])).values()]
  const isSettled = (live: readonly StoredAlert[]): boolean =>
    conditions.every((one) => live.some((row) => keyOf(row) === keyOf(one) && isSame(row, one))) &&
    live.every((row) => isUnknown(row) || conditions.some((one) => keyOf(one) === keyOf(row)))
  if (isSettled(liveAlerts(catalogue))) return
  catalogue.write(() => {
    const live = new Map(liveAlerts(catalogue).map((row) => [keyOf(row), row]))
    for (const one of conditions) {
      const row = live.get(keyOf(one))
      live.delete(keyOf(one))
      if (row === undefined) open(catalogue, one, now)
      else if (!isSame(row, one)) say(catalogue, row.id, one)
    }
    for (const row of live.values()) if (!isUnknown(row)) resolve(catalogue, row.id, now)
  })
}

export const keyOf = ({ code, subject }: { readonly code: string; readonly subject: string }): string =>
  `${code} ${subject}`

const isSame = (row: StoredAlert, one: Holding): boolean => row.text === one.text && row.level === one.level

function open(catalogue: Catalogue, one: Holding, now: number): void {
  const back = catalogue.run(
    `UPDATE alerts SET resolved_at = NULL, text = @text, level = @level,
       opened_at = iif(EXISTS (SELECT 1 FROM told WHERE about = alerts.id), opened_at, @now) WHERE seq = (
       SELECT max(seq) FROM alerts WHERE code = @code AND subject = @subject
         AND resolved_at BETWEEN @from AND @now)`,
    { ...words(one), code: one.code, subject: one.subject, from: now - sameAgainMs, now },
  )
  if (back > 0) return
  catalogue.run(
    `INSERT INTO alerts (id, code, subject, level, origin, text, since, opened_at)
     VALUES (@id, @code, @subject, @level, @origin, @text, @since, @now)`,
    { id: randomBytes(3).toString('hex'), ...words(one), ...about(one), now },
  )
}

const words = ({ text, level }: Holding) => ({ text, level })
const about = ({ code, subject, origin, since }: Holding) => ({ code, subject, origin, since })

const say = (catalogue: Catalogue, id: string, one: Holding): void =>
  void catalogue.run('UPDATE alerts SET text = @text, level = @level WHERE id = @id', { id, ...words(one) })

const resolve = (catalogue: Catalogue, id: string, now: number): void =>
  void catalogue.run('UPDATE alerts SET resolved_at = @now WHERE id = @id', { id, now })

/** Says that somebody knows: from here on it is told seldom. Throws USAGE where no such alert is open. */
export function acknowledge(catalogue: Catalogue, id: string, now: number): StoredAlert {
  catalogue.run(
    `UPDATE alerts SET acknowledged_at = coalesce(acknowledged_at, @now) WHERE id = @id AND resolved_at IS NULL`,
    { id, now },
  )
  const row = liveAlerts(catalogue).find((one) => one.id === id)
  if (row === undefined) throw new FaultError('USAGE', { values: { problem: `No alert “${id}” is open.` } })
  return row
}

/** Forgets what resolved itself before that moment, and what was told of it. */
export function forgetAlerts(catalogue: Catalogue, before: number): void {
  catalogue.write(() => {
    catalogue.run('DELETE FROM alerts WHERE resolved_at < @before', { before })
    catalogue.run('DELETE FROM told WHERE told_at < @before AND about NOT IN (SELECT id FROM alerts)', {
      before,
    })
  })
}
