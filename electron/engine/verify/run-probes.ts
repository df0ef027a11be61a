import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import type { Plan, Probe } from '../../shared/model.ts'
import type { Session } from '../postgres/session.ts'
import { steadySettings } from '../postgres/steady-settings.ts'
import type { Difference } from './compare-fingerprints-rules.ts'
import { expectationInWords, fits } from './probe-rules.ts'
import { isOfThisComputer } from './restore-errors-rules.ts'

export interface Probed {
  readonly differences: readonly Difference[]
  /** Sentences on those that held. */
  readonly notes: readonly string[]
}

export const probesOf = ({ probes = [] }: Plan, database: string): readonly Probe[] =>
  probes.filter((probe) => probe.database === database)

const usualLimitMs = 60_000

/**
 * Asks the probes one after another, each in a transaction that cannot write and ends with it. One that cannot be
 * answered is a difference as well. Throws only when the server is gone or too short of means to answer.
 */
export async function runProbes(
  session: Session,
  probes: readonly Probe[],
  { limitMs = usualLimitMs } = {},
): Promise<Probed> {
  const differences: Difference[] = []
  const notes: string[] = []
  for (const probe of probes) {
    const { found, holds } = await ask(session, probe, limitMs)
    const expected = expectationInWords(probe.expect)
    if (holds) notes.push(`Probe “${probe.name}”: ${found}, as expected (${expected}).`)
    else differences.push({ object: `probe “${probe.name}”`, expected, found })
  }
  return { differences, notes }
}

interface Answer {
  readonly found: string
  readonly holds: boolean
}

async function ask(session: Session, { sql, expect }: Probe, limitMs: number): Promise<Answer> {
  try {
    const rows = await readingOnly(session, limitMs, () => session.query(Row, oneQuery(sql), ['']))
    return judge(rows, expect)
  } catch (error) {
    return { found: complaintOf(error, limitMs), holds: false }
  }
}

/** Does some reading in a transaction that cannot write, and undoes what slipped through. Milliseconds per statement. */
export async function readingOnly<T>(session: Session, limitMs: number, read: () => Promise<T>): Promise<T> {
  await session.run(
    `BEGIN READ ONLY; ${steadySettings('transaction')};
     SET LOCAL search_path = public; SET LOCAL statement_timeout = ${limitMs}`,
  )
  try {
    return await read()
  } finally {
    await session.run('ROLLBACK').catch(() => undefined)
  }
}

/** Every column of the row as text, in order, also where two have one name. */
const Row = z.object({ columns: z.array(z.string().nullable()) })

/**
 * As part of a larger query it can be nothing but a query, and the parameter, which nobody needs, makes the server
 * refuse a second statement (PostgreSQL manual, "Extended Query").
 */
const oneQuery = (sql: string): string => `
SELECT array(SELECT value FROM json_each_text(row_to_json(probe))) AS columns, $1::text
FROM (
${sql.replace(/(?:\s|;)+$/, '')}
) AS probe
LIMIT 2`

function judge(rows: readonly z.output<typeof Row>[], expect: Probe['expect']): Answer {
  const [first] = rows
  if (first === undefined) return { found: 'no row', holds: false }
  if (rows.length > 1) return { found: 'more than one row', holds: false }
  const [value = null] = first.columns
  if (first.columns.length !== 1) return { found: `${first.columns.length} columns`, holds: false }
  return { found: value ?? 'no value', holds: fits(value, expect) }
}

/** What the server said against a question. Throws when that was for the state of the computer. */
export function complaintOf(error: unknown, limitMs: number): string {
  if (!(error instanceof FaultError)) throw error
  const detail = error.fault.detail ?? error.code
  if (isOfThisComputer(error.code, detail)) throw error
  return detail.includes('SQLSTATE 57014') ? `no answer within ${limitMs / 1000} s` : detail
}
