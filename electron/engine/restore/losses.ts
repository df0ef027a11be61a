import * as z from 'zod'
import { toInstant } from '../../shared/calendar.ts'
import { FaultError } from '../../shared/fault.ts'
import type { Fingerprint } from '../../shared/model.ts'
import type { Losses, TableLoss } from '../../shared/restore-model.ts'
import { readFingerprint } from '../postgres/fingerprint.ts'
import type { Session } from '../postgres/session.ts'
import { beginLook, clockAt, limitQuestions, newerRows, tableList } from './losses-queries.ts'
import { moneyColumns, whenMade, worstFirst, zoneOf, type Compared } from './losses-rules.ts'

/**
 * What the live database would lose to a backup that was taken at `takenAt` (ms), the tables with the biggest loss
 * first. Counts are exact and of one moment; rows that only say that they are newer are told by a column, so a clock
 * that was wrong tells wrong. A partition is told as part of its table, unless it is in the backup only. Throws the
 * DB_* fault that fits: DB_LOCKED soon instead of being in the till's way, DB_RLS instead of counting a part.
 */
export async function readLosses(
  session: Session,
  fingerprint: Fingerprint,
  takenAt: number,
): Promise<Losses> {
  const instant = toInstant(takenAt)
  await session.run(beginLook)
  try {
    const live = await readFingerprint(session)
    const tables = await session.query(Table, tableList)
    const clock = await session.one(Clock, clockAt(instant))
    await session.run(limitQuestions)
    const look: Look = { session, tables, clock, takenAt: instant }
    const before = rowsByName(fingerprint)
    const now = rowsByName(live)
    const compared: Compared[] = []
    for (const table of tables.filter(({ parent }) => parent === 0)) {
      const [backupRows = null, liveRows = 0] = [before.get(keyOf(table)), now.get(keyOf(table))]
      const { schema, name } = table
      const told = liveRows === 0 ? nothingTold : await newerIn(look, table)
      const loss = { schema, name, backupRows, liveRows, ...(told ?? nothingTold) }
      compared.push({ loss, unread: told === undefined })
    }
    return { takenAt: instant, tables: worstFirst([...compared, ...onlyBefore(fingerprint, now)]) }
  } finally {
    await session.run('ROLLBACK').catch(() => undefined)
  }
}

const Moment = z.enum(['timestamptz', 'timestamp', 'date', 'numeric', 'money', 'integer'])
const Table = z.object({
  oid: z.coerce.number(),
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'partitioned']),
  quoted: z.string(),
  condition: z.string(),
  parent: z.coerce.number(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: Moment,
      scale: z.number().nullable(),
      preset: z.string().nullable(),
      required: z.boolean(),
      position: z.number(),
    }),
  ),
})
type Table = z.output<typeof Table>

const Clock = z.object({ zone: z.string(), dayIsOver: z.boolean() })
const Newer = z.object({
  rows: z.coerce.number(),
  newest: z.coerce.number().nullable(),
  sums: z.array(z.string().nullable()),
})

interface Look {
  readonly session: Session
  readonly tables: readonly Table[]
  readonly clock: z.output<typeof Clock>
  readonly takenAt: string
}

type Told = Pick<TableLoss, 'newerRows' | 'newestAt' | 'sums'>

const nothingTold: Told = { newerRows: null, newestAt: null, sums: [] }

/** Undefined: there is a column that would tell, and it could not be read. */
async function newerIn({ session, tables, clock, takenAt }: Look, table: Table): Promise<Told | undefined> {
  // On the day of the backup itself a date does not tell before from after.
  const when = whenMade(table.columns.filter(({ type }) => type !== 'date' || clock.dayIsOver))
  if (when === undefined) return nothingTold
  const money = moneyColumns(table.columns)
  const names = tables.map(({ name }) => name)
  const zone = zoneOf(when, names, clock.zone)
  const question = newerRows({ sources: leavesOf(table, tables), when, money, takenAt, zone })
  const newer = await tryToAsk(session, question)
  if (newer === undefined) return undefined
  const sums = money.map(({ name }, place) => ({ column: name, total: newer.sums[place] ?? '0' }))
  return {
    newerRows: newer.rows,
    newestAt: newer.newest === null ? null : toInstant(newer.newest),
    sums: newer.rows === 0 ? [] : sums,
  }
}

/** The tables that hold the rows of this one. Asking a partitioned table itself would reach out to other servers. */
const leavesOf = (table: Table, tables: readonly Table[]): readonly Table[] =>
  table.kind === 'table'
    ? [table]
    : tables.filter(({ parent }) => parent === table.oid).flatMap((part) => leavesOf(part, tables))

/** Undefined when this one table could not be read in time; the others go on. */
async function tryToAsk(session: Session, question: string): Promise<z.output<typeof Newer> | undefined> {
  await session.run('SAVEPOINT question')
  try {
    return await session.one(Newer, question)
  } catch (error) {
    if (!(error instanceof FaultError) || error.code === 'DB_CONNECTION_LOST') throw error
    await session.run('ROLLBACK TO question')
    return undefined
  } finally {
    await session.run('RELEASE question').catch(() => undefined)
  }
}

type Named = Pick<TableLoss, 'schema' | 'name'>

const keyOf = ({ schema, name }: Named): string => JSON.stringify([schema, name])

/** What is made from other tables is no loss. */
const held = ({ tables }: Fingerprint) => tables.filter(({ kind }) => kind !== 'matview')

const rowsByName = (fingerprint: Fingerprint): ReadonlyMap<string, number> =>
  new Map(held(fingerprint).map((table) => [keyOf(table), table.rows]))

const onlyBefore = (fingerprint: Fingerprint, now: ReadonlyMap<string, number>): Compared[] =>
  held(fingerprint)
    .filter((table) => !now.has(keyOf(table)))
    .map(({ schema, name, rows }) => {
      const loss = { schema, name, backupRows: rows, liveRows: null, ...nothingTold }
      return { loss, unread: false }
    })
