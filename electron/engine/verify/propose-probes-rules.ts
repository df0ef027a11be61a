import type { Probe } from '../../shared/model.ts'
import { moneyColumns, whenMade, type Column } from '../restore/losses-rules.ts'
import { quotedName } from './roles-rules.ts'

/** A foreign key: each column of the table with the column of its parent that it names. */
export interface Link {
  readonly pairs: readonly (readonly [column: string, parentColumn: string])[]
  /** Quoted. */
  readonly parent: string
  readonly parentName: string
}

/** What the catalogue tells of one table; a partition is no table of its own. */
export interface TableFacts {
  readonly schema: string
  readonly name: string
  /** `schema.name`, quoted where it must be. */
  readonly quoted: string
  /** On disk, with all partitions. */
  readonly bytes: number
  readonly columns: readonly Column[]
  readonly links: readonly Link[]
  /** How many foreign keys of other tables lead here. */
  readonly referencedBy: number
}

/** A table that tells when its rows came to be. */
export interface Trade {
  readonly table: TableFacts
  readonly when: Column
}

const mostTrades = 3
const mostParents = 6
const mostLinks = 3

/** Where business leaves its traces: the biggest tables whose rows tell when they were made. */
export const tradesOf = (tables: readonly TableFacts[]): readonly Trade[] =>
  bySize(tables)
    .flatMap((table) => {
      const when = whenMade(table.columns)
      return when === undefined ? [] : [{ table, when }]
    })
    .slice(0, mostTrades)

const bySize = (tables: readonly TableFacts[]): readonly TableFacts[] =>
  tables.toSorted((one, other) => other.bytes - one.bytes)

/** The longest stretch, in days, from one day with rows to the next, over the last quarter of a year with rows. */
export function rhythmOf({ table, when }: Trade): string {
  const made = quotedName(when.name)
  return `
SELECT max(day - before)::integer AS days FROM (
  SELECT day, lag(day) OVER (ORDER BY day) AS before FROM (
    SELECT DISTINCT ${made}::date AS day FROM ${table.quoted}
    WHERE ${made} > (SELECT max(${made}) FROM ${table.quoted}) - interval '90 days' AND isfinite(${made})
  ) AS traded
) AS steps`
}

const longestDays = 31

/** Long enough to reach over the closing days of this table, as its rhythm tells; null where it tells nothing. */
export const daysFor = (rhythm: number | null): number => Math.min(longestDays, Math.max(1, rhythm ?? 1))

interface Pace extends Trade {
  readonly days: number
}

/**
 * Questions worth asking, best first: whether business goes on until the end, whether it earns, whether what it rests
 * on is there, and whether what belongs together still does. Whether they hold now is for the database to say.
 */
export function candidates(
  database: string,
  tables: readonly TableFacts[],
  paces: readonly Pace[],
): readonly Probe[] {
  const busy = new Set(paces.map(({ table }) => table))
  const parents = bySize(tables)
    .filter((table) => !busy.has(table) && table.referencedBy > 0)
    .toSorted((one, other) => other.referencedBy - one.referencedBy)
  const found = [
    ...paces.map(countOf),
    ...paces.flatMap(sumOf),
    ...parents.slice(0, mostParents).map(notEmpty),
    ...paces.flatMap(({ table }) => table.links.map((link) => present(table, link))).slice(0, mostLinks),
  ]
  return uniquelyNamed(found).map((one) => ({ database, ...one }))
}

type Question = Omit<Probe, 'database'>

const moreThanNothing = { op: '>', value: '0' } as const

const countOf = (pace: Pace): Question => ({
  name: `${labelOf(pace.table)}: rows of the last ${daysInWords(pace.days)}`,
  sql: `SELECT count(*) FROM ${lately(pace)}`,
  expect: moreThanNothing,
})

function sumOf(pace: Pace): Question[] {
  const [money] = moneyColumns(pace.table.columns)
  if (money === undefined) return []
  const sum = `sum(${quotedName(money.name)})${money.type === 'money' ? '::numeric' : ''}`
  const name = `${labelOf(pace.table)}: sum of ${money.name} of the last ${daysInWords(pace.days)}`
  return [{ name, sql: `SELECT ${sum} FROM ${lately(pace)}`, expect: moreThanNothing }]
}

/** Counted back from the newest row, since a proof may come long after the backup. */
function lately({ table, when, days }: Pace): string {
  const made = quotedName(when.name)
  const from = `(SELECT max(${made}) FROM ${table.quoted}) - interval '${daysInWords(days, '1 ')}'`
  return `${table.quoted} WHERE ${made} > ${from}`
}

const daysInWords = (days: number, one = ''): string => (days === 1 ? `${one}day` : `${days} days`)

const notEmpty = (table: TableFacts): Question => ({
  name: `${labelOf(table)}: not empty`,
  sql: `SELECT count(*) FROM ${table.quoted}`,
  expect: moreThanNothing,
})

function present(table: TableFacts, { pairs, parent, parentName }: Link): Question {
  const columns = pairs.map(([column]) => column)
  const set = columns.map((column) => `child.${quotedName(column)} IS NOT NULL`)
  const same = pairs.map(([column, other]) => `parent.${quotedName(other)} = child.${quotedName(column)}`)
  return {
    name: `${labelOf(table)}: ${parentName} of every ${columns.join(', ')}`,
    sql: `SELECT count(*) FROM ${table.quoted} AS child
WHERE ${set.join(' AND ')} AND NOT EXISTS (SELECT FROM ${parent} AS parent WHERE ${same.join(' AND ')})`,
    expect: { op: '=', value: '0' },
  }
}

const labelOf = ({ schema, name }: TableFacts): string => (schema === 'public' ? name : `${schema}.${name}`)

/** Two foreign keys may say the same, and names of 63 characters may make one that is too long. */
const uniquelyNamed = (questions: readonly Question[]): Question[] =>
  questions
    .map((one) => ({ ...one, name: one.name.slice(0, longestName) }))
    .filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at)

const longestName = 200
