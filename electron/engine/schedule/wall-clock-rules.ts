/** How far the wall clock of a zone is ahead of UTC at a moment. Milliseconds. */
export type OffsetAt = (moment: number) => number

const hourMs = 3_600_000
export const dayMs = 24 * hourMs
const minuteMs = 60_000

/**
 * The first moment at which the wall clock shows a time, given as if it were UTC. A time that the clock leaves out
 * (the spring night) is the moment right after the gap; one that it shows twice (the autumn night) is the first.
 */
export function momentOf(wall: number, offsetAt: OffsetAt): number {
  // No zone is more than 14 hours from UTC, so a day to either side is before and after the time for certain.
  const [before, after] = [offsetAt(wall - dayMs), offsetAt(wall + dayMs)]
  const shown = [wall - before, wall - after].filter((moment) => moment + offsetAt(moment) === wall)
  return shown.length > 0 ? Math.min(...shown) : firstChange(wall, before, offsetAt)
}

/** The moment within two days at which the clock leaves its offset. */
function firstChange(wall: number, before: number, offsetAt: OffsetAt): number {
  let [from, to] = [wall - dayMs, wall + dayMs]
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (offsetAt(middle) === before) from = middle
    else to = middle
  }
  return to
}

/** What the wall clock shows, as if that were UTC. */
export const wallOf = (moment: number, offsetAt: OffsetAt): number => moment + offsetAt(moment)

/** Days since 1970 on a wall clock. */
export const dayOf = (wall: number): number => Math.floor(wall / dayMs)

export const wallAt = (day: number, minute: number): number => day * dayMs + minute * minuteMs

/** 0 is Sunday; the first day of 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7

/** Minutes since midnight of `03:30`. */
export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** Month and day of a day since 1970 (howardhinnant.github.io/date_algorithms.html, civil_from_days). */
export function dateOf(day: number): { readonly month: number; readonly dayOfMonth: number } {
  const shifted = day + 719_468
  const dayOfEra = shifted - Math.floor(shifted / 146_097) * 146_097
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  return { month: marchMonth < 10 ? marchMonth + 3 : marchMonth - 9, dayOfMonth }
}
