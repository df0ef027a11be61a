import { relationList } from '../postgres/catalogue-queries.ts'
import { steadySettings } from '../postgres/steady-settings.ts'
import { literal, quotedName } from '../verify/roles-rules.ts'
import type { Column } from './losses-rules.ts'

/** A till waits behind whoever waits for a lock, so we soon give up. */
const lockWaitMs = 5000

/** Everything after this is of one moment; rows hidden by a policy are an error instead of a smaller count. */
export const beginLook = `
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL row_security = off;
${steadySettings('transaction')};
SET LOCAL lock_timeout = ${lockWaitMs}`

/** For one question about newer rows: an answer that takes longer is not worth the reading. */
export const limitQuestions = "SET LOCAL statement_timeout = '60s'"

/**
 * The zone in which the server writes its own moments into columns without one (ours is UTC, so the setting that we
 * came with), and whether the day on which the backup was taken is over there.
 */
export const clockAt = (takenAt: string): string => `
SELECT zone, (${moment(takenAt)} AT TIME ZONE zone)::date < (now() AT TIME ZONE zone)::date AS "dayIsOver"
FROM (SELECT reset_val AS zone FROM pg_settings WHERE lower(name) = 'timezone') AS setting`

/**
 * Tables whose rows a dump holds, with their columns that hold moments or money. The type of a domain is the one
 * beneath it, however deep.
 */
export const tableList = `
WITH RECURSIVE base AS (
  SELECT oid, oid AS beneath, -1 AS typmod FROM pg_type WHERE typtype <> 'd'
  UNION ALL
  SELECT domain.oid, base.beneath, CASE WHEN domain.typtypmod >= 0 THEN domain.typtypmod ELSE base.typmod END
  FROM pg_type AS domain JOIN base ON base.oid = domain.typbasetype WHERE domain.typtype = 'd'
)
SELECT relation.oid, schema, name, kind, quoted, condition, parent, coalesce(json_agg(json_build_object(
    'name', a.attname,
    'type', CASE base.beneath WHEN 'timestamptz'::regtype THEN 'timestamptz' WHEN 'timestamp'::regtype THEN 'timestamp'
      WHEN 'date'::regtype THEN 'date' WHEN 'numeric'::regtype THEN 'numeric' WHEN 'money'::regtype THEN 'money'
      ELSE 'integer' END,
    'scale', CASE WHEN base.beneath = 'numeric'::regtype AND greatest(a.atttypmod, base.typmod) >= 4
      THEN (greatest(a.atttypmod, base.typmod) - 4) & 2047 END,
    'preset', CASE WHEN coalesce(to_jsonb(a) ->> 'attgenerated', '') = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'required', a.attnotnull,
    'position', a.attnum
  )) FILTER (WHERE a.attnum IS NOT NULL), '[]') AS columns
FROM (${relationList}) AS relation
LEFT JOIN (pg_attribute AS a JOIN base ON base.oid = a.atttypid AND base.beneath IN ('timestamptz'::regtype,
    'timestamp'::regtype, 'date'::regtype, 'numeric'::regtype, 'money'::regtype, 'int4'::regtype, 'int8'::regtype))
  ON a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE kind IN ('table', 'partitioned')
GROUP BY relation.oid, schema, name, kind, quoted, condition, parent`

interface NewerQuestion {
  /** The tables that hold the rows, quoted, with their conditions: for a partitioned table each of its leaves. */
  readonly sources: readonly { readonly quoted: string; readonly condition: string }[]
  readonly when: Column
  readonly money: readonly Column[]
  /** ISO 8601 UTC. */
  readonly takenAt: string
  /** In which the columns without a zone are written. */
  readonly zone: string
}

/**
 * Counts the rows that say they are newer than the backup. Those that say they are of the day after tomorrow or of
 * infinity do not tell when they were made, and are not counted; what a wrong clock may have put a little ahead is.
 */
export function newerRows({ sources, when, money, takenAt, zone }: NewerQuestion): string {
  const { from, until, newest } = window(when.type, moment(takenAt), literal(zone))
  const columns = [
    `${quotedName(when.name)} AS made`,
    ...money.map(({ name }, place) => `${quotedName(name)} AS sum_${place}`),
  ].join(', ')
  return `
SELECT count(*) AS rows, floor(extract(epoch FROM least(${newest}, now())) * 1000) AS newest,
  ARRAY[${money.map(sumOf).join(', ')}]::text[] AS sums
FROM (
  ${sources.map(({ quoted, condition }) => `SELECT ${columns} FROM ONLY ${quoted} ${condition}`).join('\n  UNION ALL\n  ')}
) AS source
WHERE made > ${from} AND made <= ${until}`
}

const moment = (instant: string): string => `timestamptz ${literal(instant)}`

const ahead = "(now() + interval '1 day')"

/** The limits in the column's own type, so that an index on it can serve; and the newest as a moment. */
function window(type: Column['type'], takenAt: string, zone: string) {
  if (type === 'timestamptz') return { from: takenAt, until: ahead, newest: 'max(made)' }
  const cast = type === 'date' ? '::date' : ''
  return {
    from: `(${takenAt} AT TIME ZONE ${zone})${cast}`,
    until: `(${ahead} AT TIME ZONE ${zone})${cast}`,
    newest: `max(made)::timestamp AT TIME ZONE ${zone}`,
  }
}

/** NaN is a number to PostgreSQL, and would be the sum of everything. */
function sumOf({ type, scale }: Column, place: number): string {
  const column = `sum_${place}`
  if (type === 'money') return `sum(${column})::numeric::text`
  if (type === 'integer') return `sum(${column})::text`
  const sum = `sum(${column}) FILTER (WHERE ${column} NOT IN ('NaN', 'Infinity', '-Infinity'))`
  return scale === null || scale > 4 ? `round(${sum}, 2)::text` : `${sum}::text`
}
