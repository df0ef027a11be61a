const day = 86_400_000
/** How long before its end it is said that a kept database will be dropped. */
const warnBeforeMs = 3 * day

/** A restore whose swapped-out database is kept. Times in ms. */
interface Kept {
  readonly database: string
  readonly kept_until: number | null
  readonly warned_at: number | null
}

/** The moment when a kept database may go: at its end, and never before a warning was up for three days. */
const dropAt = ({ kept_until, warned_at }: Kept, now: number): number =>
  Math.max(kept_until ?? Infinity, (warned_at ?? now) + warnBeforeMs)

/** Kept databases whose end is near, with the moment after which they are dropped. */
export const expiring = (
  kept: readonly Kept[],
  now: number,
): { readonly database: string; readonly since: number; readonly at: number }[] =>
  kept
    .filter(({ kept_until }) => kept_until !== null && now >= kept_until - warnBeforeMs)
    .map((one) => ({
      database: one.database,
      since: one.warned_at ?? (one.kept_until ?? now) - warnBeforeMs,
      at: dropAt(one, now),
    }))

/**
 * What is to be done about a kept database now. It is never dropped without a backup of the live one that is newer
 * than the restore: until then it may be the only place where something is.
 */
export function fateOf(
  kept: Kept & { readonly backedUpSince: boolean },
  now: number,
): 'keep' | 'warn' | 'drop' {
  if (kept.kept_until === null || now < kept.kept_until - warnBeforeMs) return 'keep'
  if (kept.warned_at === null) return 'warn'
  return kept.backedUpSince && now >= dropAt(kept, now) ? 'drop' : 'keep'
}
