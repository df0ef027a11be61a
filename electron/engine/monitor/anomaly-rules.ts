import { dayOf, wallOf, weekdayOf, type OffsetAt } from '../schedule/wall-clock-rules.ts'

interface Dated {
  readonly id: string
  readonly takenAt: number
}

export interface TableRows {
  /** `schema.name` */
  readonly name: string
  readonly isPartitioned: boolean
  readonly rows: number
}

/** What a good backup says of the database it is of. */
export interface Look extends Dated {
  readonly bytes: number
  /** The PostgreSQL that it comes from; null where that could not be asked. */
  readonly server: string | null
  readonly tables: readonly TableRows[]
}

export type Anomaly =
  | { readonly what: 'size'; readonly bytes: number; readonly usualBytes: number }
  | { readonly what: 'table-gone'; readonly table: string }
  | {
      readonly what: 'rows-fell'
      readonly table: string
      readonly rows: number
      readonly lowest: number
    }
  | { readonly what: 'other-server' | 'other-tables' }

/** A usual size is told by so many backups, and by no fewer than these. */
const most = 8
const fewest = 3

/**
 * The backups that tell what is usual for the newest: those of the same weekday before it, because a Monday is no
 * Saturday; where there are too few of them, those right before it.
 */
export function comparable<One extends Dated>(
  newestFirst: readonly One[],
  offsetAt: OffsetAt,
): readonly One[] {
  const [newest, ...before] = newestFirst
  if (newest === undefined) return []
  const day = (one: Dated): number => dayOf(wallOf(one.takenAt, offsetAt))
  const today = day(newest)
  const sameWeekday = before.filter((one) => day(one) !== today && weekdayOf(day(one)) === weekdayOf(today))
  const usual = sameWeekday.length >= fewest ? sameWeekday : before
  return usual.length >= fewest ? usual.slice(0, most) : []
}

/**
 * What is odd about the newest backup: less than half or more than three times the usual size, a table that is gone or
 * has less than 70 % of the fewest rows it ever had, another server, other tables (fault matrix 15). `usual` are those
 * to compare with, `previous` the one before it.
 */
export function anomaliesOf(newest: Look, usual: readonly Look[], previous: Look | undefined): Anomaly[] {
  const another = previous === undefined ? undefined : anotherDatabase(newest, previous)
  // Every table of another database would be unusual, and say nothing more.
  if (another === 'other-tables') return [{ what: another }]
  return [
    ...(another === undefined ? [] : [{ what: another }]),
    ...sizeOf(newest, usual),
    ...tablesOf(newest, usual),
  ]
}

function anotherDatabase(newest: Look, previous: Look): 'other-server' | 'other-tables' | undefined {
  const names = new Set(newest.tables.map(({ name }) => name))
  const kept = previous.tables.filter(({ name }) => names.has(name)).length
  if (previous.tables.length > 1 && kept * 2 < previous.tables.length) return 'other-tables'
  const isMoved = newest.server !== null && previous.server !== null && newest.server !== previous.server
  return isMoved ? 'other-server' : undefined
}

function sizeOf({ bytes }: Look, usual: readonly Look[]): Anomaly[] {
  if (usual.length < fewest) return []
  const usualBytes = median(usual.map((one) => one.bytes))
  return bytes * 2 < usualBytes || bytes > usualBytes * 3 ? [{ what: 'size', bytes, usualBytes }] : []
}

/** Fewer rows than this come and go, such as the open tables of a restaurant. */
const countsFrom = 100

function tablesOf(newest: Look, usual: readonly Look[]): Anomaly[] {
  const [first, ...more] = usual
  if (first === undefined || usual.length < fewest) return []
  const now = new Map(newest.tables.map(({ name, rows }) => [name, rows]))
  const before = more.map(({ tables }) => new Map(tables.map(({ name, rows }) => [name, rows])))
  const parents = first.tables.filter(({ isPartitioned }) => isPartitioned).map(({ name }) => name)
  return first.tables.flatMap(({ name, rows: rowsThen }): Anomaly[] => {
    // The partitions of a table come and go with the months; its own count has all of their rows.
    if (parents.some((parent) => name !== parent && name.startsWith(`${parent}_`))) return []
    const lowest = Math.min(rowsThen, ...before.map((tables) => tables.get(name) ?? 0))
    const rows = now.get(name)
    if (lowest === 0) return []
    if (rows === undefined) return [{ what: 'table-gone', table: name }]
    return lowest >= countsFrom && rows < lowest * 0.7
      ? [{ what: 'rows-fell', table: name, rows, lowest }]
      : []
  })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
