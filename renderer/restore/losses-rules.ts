import type { Losses, TableLoss } from '../../electron/shared/restore-model.ts'

/** What a restore does to one table of the till. */
export interface LossLine {
  readonly loss: TableLoss
  /** Rows that would go, at the least; null when nothing can be counted. */
  readonly goes: number | null
  readonly goesWhole: boolean
  /** Rows that would come back. */
  readonly back: number
  readonly backWhole: boolean
}

/** The tables with something to say, most rows lost first, and what they come to. */
export function weighLosses({ tables }: Losses) {
  const lines = tables.map(lineOf).toSorted(byLoss)
  const going = lines.filter(({ goes }) => (goes ?? 0) > 0)
  const newest = lines.flatMap(({ loss: { newestAt } }) => newestAt ?? []).toSorted()
  return {
    lines,
    rows: going.reduce((sum, { goes }) => sum + (goes ?? 0), 0),
    tables: going.length,
    newestAt: newest.at(-1) ?? null,
  }
}

function lineOf(loss: TableLoss): LossLine {
  const { backupRows, liveRows, newerRows } = loss
  if (backupRows === null)
    return { loss, goes: liveRows, goesWhole: liveRows !== null, back: 0, backWhole: false }
  if (liveRows === null) return { loss, goes: 0, goesWhole: false, back: backupRows, backWhole: true }
  // Rows that say they are newer can be fewer than the difference, when some carry an older date.
  const beyond = Math.max(newerRows ?? 0, liveRows - backupRows, 0)
  const back = Math.max(0, backupRows - (liveRows - beyond))
  const isUnknown = newerRows === null && beyond === 0 && back === 0
  return { loss, goes: isUnknown ? null : beyond, goesWhole: false, back, backWhole: false }
}

const byLoss = (a: LossLine, b: LossLine): number =>
  (b.goes ?? 0) - (a.goes ?? 0) ||
  b.back - a.back ||
  compare(`${a.loss.schema}.${a.loss.name}`, `${b.loss.schema}.${b.loss.name}`)

const compare = new Intl.Collator('en', { numeric: true }).compare
