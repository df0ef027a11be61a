import type { TradingHours } from '../../shared/schedule-model.ts'
import { weekdayNumber } from './slot-times-rules.ts'
import {
  dayMs,
  dayOf,
  minuteOf,
  momentOf,
  wallAt,
  wallOf,
  weekdayOf,
  type OffsetAt,
} from './wall-clock-rules.ts'

/** When the restaurant closes, if it is open now; null when it is closed now, or never closes. */
export function closesAt(hours: readonly TradingHours[], now: number, offsetAt: OffsetAt): number | null {
  const wall = wallOf(now, offsetAt)
  const openings = openingsAround(hours, dayOf(wall))
  let end = wall
  // Lunch and dinner may touch or overlap; whoever is open for days on end has no quiet hours to wait for.
  while (end - wall < 3 * dayMs) {
    const later = openings.filter(({ from, to }) => from <= end && to > end).map(({ to }) => to)
    if (later.length === 0) return end === wall ? null : momentOf(end, offsetAt)
    end = Math.max(...later)
  }
  return null
}

/** On the wall clock, from the day before (it may last past midnight) to three days later. */
const openingsAround = (hours: readonly TradingHours[], today: number) =>
  Array.from({ length: 5 }, (_, index) => today - 1 + index).flatMap((day) =>
    hours
      .filter(({ on }) => on.some((name) => weekdayNumber(name) === weekdayOf(day)))
      .map(({ from, to }) => ({
        from: wallAt(day, minuteOf(from)),
        to: wallAt(minuteOf(to) > minuteOf(from) ? day : day + 1, minuteOf(to)),
      })),
  )
