import type { Rhythm, ScheduledTask, SlotReason } from '../../shared/schedule-model.ts'
import { nextSlot, slotsBetween, widestGapMs } from './slot-times-rules.ts'
import { dayMs, dayOf, momentOf, wallAt, wallOf, type OffsetAt } from './wall-clock-rules.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** The slots of one task that came since they were last looked at. */
export interface NewSlots {
  /** Nobody looked for so long that slots up to here are not counted one by one, but missed as one stretch. */
  readonly stretchTo: number | null
  readonly missed: readonly number[]
  /** The newest of them: a catch-up is one run, however many were missed. */
  readonly due: number | null
}

/** Further back than this, what was missed is one stretch: a clock that was years off must not be counted through. */
const countedDays = 10

/** Which slots of a task came after `settledTo` and up to now. */
export function newSlots(
  rhythms: readonly Rhythm[],
  settledTo: number,
  now: number,
  offsetAt: OffsetAt,
): NewSlots {
  if (rhythms.length === 0) return { stretchTo: null, missed: [], due: null }
  const stretchTo = now - settledTo > countedDays * dayMs ? now - countedDays * dayMs : null
  const found = slotsBetween(rhythms, stretchTo ?? settledTo, now, offsetAt)
  return { stretchTo, missed: found.slice(0, -1), due: found.at(-1) ?? null }
}

/** What is believed of a clock that is put back by hand to correct it; what is done within that hour is not undone. */
const smallStepMs = hourMs

export type ClockStep = 'steady' | 'corrected' | 'back' | 'far ahead'

/** What the clock did since `settledTo`. *Back*: what came after now has not happened, and comes again. */
export function clockStep(settledTo: number, now: number): ClockStep {
  if (settledTo - now > smallStepMs) return 'back'
  if (settledTo - now > 5 * minuteMs) return 'corrected'
  return now - settledTo > dayMs ? 'far ahead' : 'steady'
}

/** A pause of this age was made by another clock. */
const longestPauseMs = 26 * hourMs

/** Until when a pause holds; null when it is over, or was made while the clock was wrong. */
export function pauseAt(
  pause: { readonly pausedAt: number | null; readonly pausedUntil: number | null },
  now: number,
): number | null {
  const { pausedAt, pausedUntil } = pause
  if (pausedAt === null || pausedUntil === null || pausedUntil <= now) return null
  return pausedAt - now > 5 * minuteMs || pausedUntil - now > longestPauseMs ? null : pausedUntil
}

/** Tomorrow begins when the night is over for a restaurant, and before the backup of that night. */
const tomorrowMinute = 3 * 60

/** The end of a pause until tomorrow. */
export function tomorrow(now: number, offsetAt: OffsetAt): number {
  const day = dayOf(wallOf(now, offsetAt))
  const today = momentOf(wallAt(day, tomorrowMinute), offsetAt)
  return today > now ? today : momentOf(wallAt(day + 1, tomorrowMinute), offsetAt)
}

/** From here on a slot is caught up with, and nobody minds a few minutes more. */
const lateMs = 15 * minuteMs
/** A computer that just woke has better things to do. */
const settleMs = 2 * minuteMs
/** A PostgreSQL that starts with the computer gets this long, before its silence is told as a failure. */
const serverStartMs = 15 * minuteMs
/** A late backup waits this long for the last guests. */
const shortWaitMs = hourMs

export interface DueSlot {
  readonly task: ScheduledTask
  readonly at: number
  readonly attempts: number
  readonly nextTryAt: number | null
}

export interface Circumstances {
  readonly now: number
  readonly pausedUntil: number | null
  /** Other work is under way that this must not run beside. */
  readonly isBusy: boolean
  /** How long Larder and the computer have been awake; Infinity where nobody waits for them. */
  readonly awakeMs: number
  /** When the restaurant closes; null while it is closed. */
  readonly closesAt: number | null
  /** A backup is still to be made that a proof should be of. */
  readonly isBackupOpen: boolean
  /** The slot before was missed because it waited for quiet hours that did not come. */
  readonly waitedInVain: boolean
}

export type Decision =
  | { readonly act: 'run' | 'ask-server' }
  | { readonly act: 'wait'; readonly reason: SlotReason }

const wait = (reason: SlotReason): Decision => ({ act: 'wait', reason })

/** Whether a slot that has come is begun now. Proofs and checks are heavy and stay outside of trading hours. */
export function decide(slot: DueSlot, facts: Circumstances): Decision {
  const { now, awakeMs } = facts
  if (facts.pausedUntil !== null) return wait('paused')
  if (isPutOff(slot, now)) return wait('failed')
  if (facts.isBusy) return wait('busy')
  if (slot.task === 'proof' && facts.isBackupOpen) return wait('backup-first')
  if (slot.task !== 'backup' && facts.closesAt !== null && !facts.waitedInVain) return wait('trading')
  if (slot.attempts > 0 || now - slot.at <= lateMs) return { act: 'run' }
  if (awakeMs < settleMs) return wait('starting')
  if (slot.task !== 'backup') return { act: 'run' }
  if (facts.closesAt !== null && facts.closesAt - now <= shortWaitMs) return wait('trading')
  return { act: awakeMs < serverStartMs ? 'ask-server' : 'run' }
}

const retryMinutes = [2, 5, 15, 30]
const lastRetryMinutes = 60

/** When a slot is tried again after that many failures: soon at first, then every hour until the next slot. */
export const nextTryAt = (attempts: number, now: number): number =>
  now + (retryMinutes[attempts - 1] ?? lastRetryMinutes) * minuteMs

/** A try further away than any is put off was set by a clock that was ahead. */
const isPutOff = ({ nextTryAt: at }: DueSlot, now: number): boolean =>
  at !== null && at > now && at - now <= lastRetryMinutes * minuteMs

/** When the next backup is to be expected; null without any rhythm. */
export function nextBackupAt(
  rhythms: readonly Rhythm[],
  facts: {
    readonly now: number
    readonly pausedUntil: number | null
    /** When a backup that is due already is tried again. */
    readonly nextTryAt: number | null
  },
  offsetAt: OffsetAt,
): number | null {
  const { now, pausedUntil } = facts
  const next = nextSlot(rhythms, now, offsetAt)
  if (next === undefined) return null
  const soonest = facts.nextTryAt !== null && facts.nextTryAt > now ? Math.min(facts.nextTryAt, next) : next
  // What falls into a pause is caught up with at its end.
  return pausedUntil === null ? soonest : Math.max(soonest, pausedUntil)
}

/** How long after its time a backup that is not there yet is called late. */
export const graceMs = hourMs

/**
 * How old backups of a schedule may get, and proofs beside the newest backup, whatever became of the slots. A day and an
 * hour for everything daily or more often, so that the autumn night raises nothing; a proof may wait a day for quiet hours.
 */
export function maxAges(schedule: {
  readonly backup: readonly Rhythm[]
  readonly proof: readonly Rhythm[]
}): {
  readonly backup: number
  readonly proof: number
} {
  const [backup, proof] = [widestGapMs(schedule.backup), widestGapMs(schedule.proof)]
  return { backup: backup <= dayMs ? dayMs + hourMs : backup + dayMs, proof: proof + dayMs }
}
