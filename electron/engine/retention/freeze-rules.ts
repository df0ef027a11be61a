import type { Freeze } from '../../shared/retention-model.ts'
import { dayOf, wallOf, weekdayOf, type OffsetAt } from '../schedule/wall-clock-rules.ts'
import { isClockPlausible, type ClockFacts } from './clock-rules.ts'

/** A good backup with what it weighs. */
export interface Weighed {
  readonly takenAt: number
  readonly bytes: number
  readonly rows: number
}

export interface FreezeFacts extends ClockFacts {
  /** Something reads or swaps the database, or reads one of its backups. */
  readonly isBusy: boolean
  /** How the newest backup run turned out; null: there was none. */
  readonly lastRun: 'done' | 'failed' | null
  /** Good backups that are not dated in the future, newest first. */
  readonly good: readonly Weighed[]
  readonly offsetAt: OffsetAt
}

/** Why nothing may be deleted now; null when it may (INV-12, INV-13, fault matrix 15). */
export function freezeOf(facts: FreezeFacts): Freeze | null {
  if (!isClockPlausible(facts)) return 'clock'
  if (facts.isBusy) return 'busy'
  if (facts.lastRun === 'failed') return 'failed'
  if (facts.lastRun === null || facts.good.length === 0) return 'no-backup'
  return hasShrunk(facts.good, facts.offsetAt) ? 'shrunk' : null
}

/** What is usual is told by so many backups, and by no fewer than these. */
const most = 10
const fewest = 3

/**
 * Whether the newest backup has less than half the bytes or rows that are usual, by the ones before it or by those of
 * the same weekday. Small again and again becomes usual after a week or two.
 */
export function hasShrunk(newestFirst: readonly Weighed[], offsetAt: OffsetAt): boolean {
  const [newest, ...before] = newestFirst
  if (newest === undefined) return false
  const weekday = (one: Weighed): number => weekdayOf(dayOf(wallOf(one.takenAt, offsetAt)))
  const today = weekday(newest)
  const sameWeekday: Weighed[] = []
  for (const one of before) {
    if (sameWeekday.length === most) break
    if (weekday(one) === today) sameWeekday.push(one)
  }
  return [before.slice(0, most), sameWeekday]
    .filter((history) => history.length >= fewest)
    .some(
      (history) =>
        newest.bytes * 2 < median(history.map(({ bytes }) => bytes)) ||
        newest.rows * 2 < median(history.map(({ rows }) => rows)),
    )
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}
