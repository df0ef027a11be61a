import * as z from 'zod'

const Count = z.int().min(0).max(1000)
const Days = z.int().min(1).max(36_500)
/** ISO 8601, UTC, milliseconds. */
const Instant = z.iso.datetime()

/** Which backups live, and how long each place keeps them. How the two go together: retention-rules.ts. */
export const Retention = z
  .strictObject({
    /** One backup of each of so many days, weeks and months, counting only those that have a good one. */
    daily: Count,
    weekly: Count,
    monthly: Count,
    days: z.strictObject({ thisPc: Days, cloud: Days, offsite: Days }),
    /** So many proven backups of a database stay at every place, whatever else is said. */
    floor: z.int().min(1).max(100),
  })
  .refine(({ daily, weekly, monthly }) => daily + weekly + monthly > 0, 'This would keep nothing.')
export type Retention = z.output<typeof Retention>

const days = { thisPc: 7, cloud: 90, offsite: 365 }
const readyMade: Readonly<Record<'production' | 'staging', Retention>> = {
  production: { daily: 30, weekly: 12, monthly: 12, days, floor: 3 },
  staging: { daily: 0, weekly: 4, monthly: 0, days, floor: 3 },
}

/** The retention of a plan: its own, or the ready-made one of its kind. */
export const retentionOf = (plan: {
  readonly kind: keyof typeof readyMade
  readonly retention?: Retention | undefined
}): Retention => plan.retention ?? readyMade[plan.kind]

/** Why a copy stays. */
export const KeepReason = z.enum([
  'pinned',
  'safety',
  'future',
  'not-good',
  'newest',
  'recent',
  'daily',
  'weekly',
  'monthly',
  'floor',
  'frozen',
])
/** Why it goes: another one stands for its day, week or month; no tier reaches it any more; a farther place has it. */
export const DeleteReason = z.enum(['day-kept', 'week-kept', 'month-kept', 'outlived', 'held-farther'])

export const Verdict = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('keep'), because: KeepReason }),
  z.strictObject({
    action: z.literal('delete'),
    because: DeleteReason,
    /** The backup that stands for its day, week or month. */
    standIn: z.string().nullable(),
  }),
])
export type Verdict = z.output<typeof Verdict>

/**
 * Why nothing of a database is deleted now: the clock cannot be believed; its last backup failed; there was none since
 * the catalogue was made; the newest is far smaller than usual; something is at work in it; the folder is away, or
 * not this site's; files that are counted on are not there.
 */
export const Freeze = z.enum(['clock', 'failed', 'no-backup', 'shrunk', 'busy', 'folder', 'files'])
export type Freeze = z.output<typeof Freeze>

const Planned = z.strictObject({
  id: z.string(),
  takenAt: Instant,
  bytes: z.int().nonnegative(),
  verdict: Verdict,
  /** The verdict in words. */
  text: z.string(),
})

/** What retention does now, and why, backup by backup. What is shown is what is then carried out. */
export const PrunePlan = z.strictObject({
  id: z.string(),
  madeAt: Instant,
  databases: z.array(
    z.strictObject({
      database: z.string(),
      freeze: z.strictObject({ code: Freeze, text: z.string() }).nullable(),
      /** Newest first. */
      backups: z.array(Planned),
    }),
  ),
})
export type PrunePlan = z.output<typeof PrunePlan>
