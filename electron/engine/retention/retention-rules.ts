import type { Retention, Verdict } from '../../shared/retention-model.ts'
import { dateOf, dayMs, dayOf, wallOf, weekdayOf, type OffsetAt } from '../schedule/wall-clock-rules.ts'

/** A backup at one destination, as far as retention looks at it. */
export interface Copy {
  readonly id: string
  /** Milliseconds. */
  readonly takenAt: number
  /** Read in full and found right, and nothing else was found out since. Anything less is never counted. */
  readonly isGood: boolean
  readonly isProven: boolean
  readonly isPinned: boolean
  /** Taken before a restore that can still be undone. */
  readonly isSafety: boolean
  /** A farther place holds it too. */
  readonly isHeldFarther: boolean
}

/** How a place keeps copies. */
export interface Place {
  /** A copy that the tiers want stays for so long, and longer until a farther place holds it. */
  readonly days: number
  /** Meanwhile every good copy stays, wanted or not. */
  readonly keepsAll: boolean
}

export interface Facts {
  /** Milliseconds. */
  readonly now: number
  readonly offsetAt: OffsetAt
  readonly place: Place
}

/** A backup that is dated later than this after now was made by a wrong clock, or this one is wrong. */
export const clockPlayMs = 5 * 60_000

/**
 * Which copies of one database at one destination stay and which go, newest first (design.md, decision 7; INV-10, 11,
 * 14). Tiers and places go together like this:
 *
 * - **Tiers** say which backups live. One stands for each of the last 30 days, 12 weeks and 12 months of the site's
 *   wall calendar: its newest proven one, or where none is proven its newest. Only days that have a good backup are
 *   counted, so a restaurant that was closed for a season finds all of its backups again.
 * - **Places** say where. This PC keeps every good backup of its 7 days, so that every six hours can be gone back to.
 *   What the tiers want after that stays here for as long as no farther place holds it: a PC without a cloud copy
 *   forgets nothing. Then the cloud keeps it for its 90 days, and for longer until the offsite place has it. The
 *   farthest place has only the tiers.
 * - Whatever they say: the newest good one and the newest proven one stay; so do `floor` proven ones, and where there
 *   are fewer the newest good ones in their place; and what is pinned, taken before a restore, dated in the future or
 *   not known to be good. The last two are not counted for anything.
 */
export function decide<C extends Copy>(
  copies: readonly C[],
  policy: Retention,
  { now, offsetAt, place }: Facts,
): readonly { readonly copy: C; readonly verdict: Verdict }[] {
  const newestFirst = copies.toSorted(byAge)
  const counted = newestFirst.filter((copy) => isCounted(copy, now))
  const tiers = tiersOf(counted, policy, offsetAt)
  const floor = new Set(floorOf(counted, policy.floor, now))
  const newest = new Set([counted[0], counted.find(({ isProven }) => isProven)])

  const verdictOf = (copy: C): Verdict => {
    if (copy.isPinned) return keep('pinned')
    if (copy.isSafety) return keep('safety')
    if (copy.takenAt > now + clockPlayMs) return keep('future')
    if (!copy.isGood) return keep('not-good')
    if (newest.has(copy)) return keep('newest')
    const isYoung = now - copy.takenAt < place.days * dayMs
    if (isYoung && place.keepsAll) return keep('recent')
    const tier = tiers.find((one) => standIn(one, copy) === copy)
    if (tier !== undefined && (isYoung || !copy.isHeldFarther)) return keep(tier.name)
    if (floor.has(copy)) return keep('floor')
    return tier === undefined
      ? dismissed(copy, tiers)
      : { action: 'delete', because: 'held-farther', standIn: null }
  }
  return newestFirst.map((copy) => ({ copy, verdict: verdictOf(copy) }))
}

const isCounted = ({ isGood, takenAt }: Copy, now: number): boolean => isGood && takenAt <= now + clockPlayMs

/** Newest first; two of one moment in a fixed order, as lists have it. */
const byAge = (a: Copy, b: Copy): number => b.takenAt - a.takenAt || (a.id < b.id ? 1 : -1)

/** The copies that must be there whatever happens: so many proven ones, filled up with good ones (INV-10). */
export function floorOf<C extends Copy>(copies: readonly C[], floor: number, now: number): readonly C[] {
  const counted = copies.filter((copy) => isCounted(copy, now)).toSorted(byAge)
  const proven = counted.filter(({ isProven }) => isProven).slice(0, floor)
  const others = counted.filter(({ isProven }) => !isProven).slice(0, floor - proven.length)
  return [...proven, ...others]
}

interface Tier {
  readonly name: 'daily' | 'weekly' | 'monthly'
  readonly goneBecause: 'day-kept' | 'week-kept' | 'month-kept'
  /** The day, week or month of every counted copy, by its first day. */
  readonly periods: ReadonlyMap<Copy, number>
  /** The copy that stands for each period. */
  readonly standing: ReadonlyMap<number, Copy>
}

function tiersOf(counted: readonly Copy[], policy: Retention, offsetAt: OffsetAt): readonly Tier[] {
  const quick = askingOncePerDay(offsetAt)
  const days = counted.map(({ takenAt }) => dayOf(wallOf(takenAt, quick)))
  const tier = (count: number, firstDayOf: (day: number) => number) => {
    const periods = new Map(counted.map((copy, at) => [copy, firstDayOf(days[at] ?? 0)]))
    return { periods, standing: standingFor(periods, count) }
  }
  return [
    { name: 'daily', goneBecause: 'day-kept', ...tier(policy.daily, (day) => day) },
    { name: 'weekly', goneBecause: 'week-kept', ...tier(policy.weekly, mondayOf) },
    { name: 'monthly', goneBecause: 'month-kept', ...tier(policy.monthly, firstOf) },
  ]
}

const standIn = ({ standing, periods }: Tier, copy: Copy): Copy | undefined =>
  standing.get(periods.get(copy) ?? Number.NaN)

/** Asking the system for ten thousand moments takes a tenth of a second; no clock changes twice within a day. */
function askingOncePerDay(offsetAt: OffsetAt): OffsetAt {
  const known = new Map<number, number>()
  const atMidnight = (day: number): number => {
    const offset = known.get(day) ?? offsetAt(day * dayMs)
    known.set(day, offset)
    return offset
  }
  return (moment) => {
    const day = dayOf(moment)
    const offset = atMidnight(day)
    return offset === atMidnight(day + 1) ? offset : offsetAt(moment)
  }
}

/** Weeks begin on Monday, as everywhere in the plan. */
const mondayOf = (day: number): number => day - ((weekdayOf(day) + 6) % 7)
const firstOf = (day: number): number => day - dateOf(day).dayOfMonth + 1

/** Takes them newest first. */
function standingFor(periods: ReadonlyMap<Copy, number>, count: number): ReadonlyMap<number, Copy> {
  const standing = new Map<number, Copy>()
  for (const [copy, period] of periods) {
    const found = standing.get(period)
    const isBetter = found === undefined ? standing.size < count : copy.isProven && !found.isProven
    if (isBetter) standing.set(period, copy)
  }
  return standing
}

/** The reason that says most: the finest period that somebody else stands for. */
function dismissed(copy: Copy, tiers: readonly Tier[]): Verdict {
  for (const tier of tiers) {
    const other = standIn(tier, copy)
    if (other !== undefined) return { action: 'delete', because: tier.goneBecause, standIn: other.id }
  }
  return { action: 'delete', because: 'outlived', standIn: null }
}

const keep = (because: Extract<Verdict, { action: 'keep' }>['because']): Verdict => ({
  action: 'keep',
  because,
})
