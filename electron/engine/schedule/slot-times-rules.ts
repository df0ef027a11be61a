import { parseCron, type Cron } from '../../shared/cron-rules.ts'
import type { Rhythm, Weekday } from '../../shared/schedule-model.ts'
import {
  dateOf,
  dayMs,
  dayOf,
  minuteOf,
  momentOf,
  wallAt,
  wallOf,
  weekdayOf,
  type OffsetAt,
} from './wall-clock-rules.ts'

/** The moments after `after` and up to `until` at which something is due, in order, each once. */
export function slotsBetween(
  rhythms: readonly Rhythm[],
  after: number,
  until: number,
  offsetAt: OffsetAt,
): readonly number[] {
  if (until <= after) return []
  const found = new Set<number>()
  // A time that the clock leaves out comes up to a day later than it is called, as in a day that Samoa left out.
  const first = dayOf(wallOf(after, offsetAt)) - 1
  // And where the clock goes back over midnight, a time of tomorrow may be past already.
  const last = dayOf(wallOf(until, offsetAt)) + 1
  const calendars = rhythms.map(calendarOf)
  for (let day = first; day <= last; day += 1)
    for (const minutesOn of calendars)
      for (const minute of minutesOn(day)) {
        const moment = momentOf(wallAt(day, minute), offsetAt)
        if (moment > after && moment <= until) found.add(moment)
      }
  return [...found].toSorted((a, b) => a - b)
}

// Mostly the next days hold one; a cron expression may mean the 29th of February, and 2100 has none.
const looksAheadDays = [2, 9, 40, 400, 8 * 366]

/** The first moment after `after` at which something is due; undefined when there is no rhythm. */
export function nextSlot(rhythms: readonly Rhythm[], after: number, offsetAt: OffsetAt): number | undefined {
  if (rhythms.length === 0) return undefined
  for (const days of looksAheadDays) {
    const [next] = slotsBetween(rhythms, after, after + days * dayMs, offsetAt)
    if (next !== undefined) return next
  }
  return undefined
}

/** The longest time between two slots as the wall clock counts it; a month when they are rarer than that. */
export function widestGapMs(rhythms: readonly Rhythm[]): number {
  const month = 31 * dayMs
  const slots = slotsBetween(rhythms, 0, 3 * month, () => 0)
  const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0))
  return gaps.length === 0 ? month : Math.max(...gaps)
}

/** Which minutes of a day since 1970 are due. */
type Calendar = (day: number) => readonly number[]

function calendarOf(rhythm: Rhythm): Calendar {
  switch (rhythm.every) {
    case 'day': {
      const minutes = rhythm.at.map(minuteOf)
      return () => minutes
    }
    case 'hours': {
      const { hours, from } = rhythm
      const start = minuteOf(from) % (hours * 60)
      const minutes = Array.from({ length: 24 / hours }, (_, index) => start + index * hours * 60)
      return () => minutes
    }
    case 'week': {
      const [days, minutes] = [rhythm.on.map(weekdayNumber), rhythm.at.map(minuteOf)]
      return (day) => (days.includes(weekdayOf(day)) ? minutes : [])
    }
    case 'cron':
      return cronCalendar(rhythm.cron)
  }
  return rhythm satisfies never
}

function cronCalendar(text: string): Calendar {
  const cron = parseCron(text)
  if (cron === undefined) return () => []
  const minutes = cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * 60 + minute))
  return (day) => (isCronDay(cron, day) ? minutes : [])
}

const weekdayNames: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
export const weekdayNumber = (name: Weekday): number => weekdayNames.indexOf(name)

function isCronDay({ months, daysOfMonth, weekdays, eitherDay }: Cron, day: number): boolean {
  const { month, dayOfMonth } = dateOf(day)
  if (!months.includes(month)) return false
  const [byDate, byWeekday] = [daysOfMonth.includes(dayOfMonth), weekdays.includes(weekdayOf(day))]
  return eitherDay ? byDate || byWeekday : byDate && byWeekday
}
