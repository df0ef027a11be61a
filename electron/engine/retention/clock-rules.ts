const hourMs = 3_600_000
const dayMs = 24 * hourMs
const playMs = 5 * 60_000

/** 2026-01-01: there was no Larder before. */
const firstLarder = 1_767_225_600_000
/** So long a clock must have run steadily after a jump. A computer that was off over a weekend has jumped, too. */
const steadyMs = 6 * hourMs

/** What is known about the computer's clock. Milliseconds. */
export interface ClockFacts {
  readonly now: number
  /** What the clock showed when Larder last wrote something down, in the order of writing; null: never. */
  readonly lastSeenAt: number | null
  /** When it was last seen to have jumped back, or forward by more than a day. */
  readonly jumpedAt: number | null
  /** How many good backups there are, and how many of them are dated in the future. */
  readonly backups: number
  readonly futureBackups: number
}

/**
 * Whether the clock can be believed (INV-13). A few backups of the future were made while it was wrong; with more than
 * a tenth of them it is wrong now.
 */
export function isClockPlausible({ now, lastSeenAt, jumpedAt, backups, futureBackups }: ClockFacts): boolean {
  if (now < firstLarder || lastSeenAt === null) return false
  if (now < lastSeenAt - playMs || now - lastSeenAt > dayMs) return false
  if (jumpedAt !== null && now - jumpedAt < steadyMs) return false
  return futureBackups * 10 <= backups
}
