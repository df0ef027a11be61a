import * as z from 'zod'
import type { Probe } from '../../shared/model.ts'
import type { Session } from '../postgres/session.ts'
import { tableList } from '../restore/losses-queries.ts'
import {
  candidates,
  daysFor,
  rhythmOf,
  tradesOf,
  type TableFacts,
  type Trade,
} from './propose-probes-rules.ts'
import { complaintOf, readingOnly, runProbes } from './run-probes.ts'

/** An answer that takes longer is not worth what it costs the till. */
const limitMs = 20_000

/**
 * Proposes probes for this live database, best first, from the types and names of its columns and from how often its
 * tables grow. Each of them holds now: one that does not would make the next proof red for nothing.
 */
export async function proposeProbes(session: Session, database: string): Promise<Probe[]> {
  const tables = await readingOnly(session, limitMs, () => readTables(session))
  const paces = []
  for (const trade of tradesOf(tables)) {
    const rhythm = await rhythmIn(session, trade)
    if (rhythm !== undefined) paces.push({ ...trade, days: daysFor(rhythm.days) })
  }
  const holding: Probe[] = []
  for (const probe of candidates(database, tables, paces)) {
    const { differences } = await runProbes(session, [probe], { limitMs })
    if (differences.length === 0) holding.push(probe)
  }
  return holding
}

const Rhythm = z.object({ days: z.number().nullable() })

/** Undefined for a table that cannot be asked. */
async function rhythmIn(session: Session, trade: Trade): Promise<z.output<typeof Rhythm> | undefined> {
  try {
    return await readingOnly(session, limitMs, () => session.one(Rhythm, rhythmOf(trade)))
  } catch (error) {
    complaintOf(error, limitMs)
    return undefined
  }
}

const Column = z.object({
  name: z.string(),
  type: z.enum(['timestamptz', 'timestamp', 'date', 'numeric', 'money', 'integer']),
  scale: z.number().nullable(),
  preset: z.string().nullable(),
  required: z.boolean(),
  position: z.number(),
})
const Listed = z.object({
  oid: z.coerce.number(),
  schema: z.string(),
  name: z.string(),
  quoted: z.string(),
  bytes: z.coerce.number(),
  columns: z.array(Column),
})
const Key = z.object({
  child: z.coerce.number(),
  parent: z.coerce.number(),
  pairs: z.array(z.tuple([z.string(), z.string()])),
})

async function readTables(session: Session): Promise<TableFacts[]> {
  const listed = await session.query(Listed, sizedTables)
  const keys = await session.query(Key, foreignKeys)
  const byOid = new Map(listed.map((table) => [table.oid, table]))
  return listed.map(({ oid, ...table }) => ({
    ...table,
    links: keys.flatMap(({ child, parent, pairs }) => {
      const found = child === oid ? byOid.get(parent) : undefined
      return found === undefined ? [] : [{ pairs, parent: found.quoted, parentName: found.name }]
    }),
    referencedBy: keys.filter(({ child, parent }) => parent === oid && child !== oid).length,
  }))
}

const sizedTables = `
WITH RECURSIVE tree AS (
  SELECT oid AS root, oid FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
  UNION ALL
  SELECT tree.root, inhrelid FROM tree JOIN pg_inherits ON inhparent = tree.oid
), size AS (
  SELECT root, coalesce(sum(pg_relation_size(oid)), 0) AS bytes FROM tree GROUP BY root
)
SELECT listed.oid, listed.schema, listed.name, listed.quoted, size.bytes, listed.columns
FROM (${tableList}) AS listed
JOIN size ON size.root = listed.oid
ORDER BY listed.schema COLLATE "C", listed.name COLLATE "C"`

const foreignKeys = `
SELECT key.conrelid AS child, key.confrelid AS parent,
  json_agg(json_build_array(child.attname, parent.attname) ORDER BY pair.place) AS pairs
FROM pg_constraint AS key
CROSS JOIN LATERAL unnest(key.conkey, key.confkey) WITH ORDINALITY AS pair (child, parent, place)
JOIN pg_attribute AS child ON child.attrelid = key.conrelid AND child.attnum = pair.child
JOIN pg_attribute AS parent ON parent.attrelid = key.confrelid AND parent.attnum = pair.parent
WHERE key.contype = 'f' AND key.conparentid = 0
GROUP BY key.oid, key.conrelid, key.confrelid
ORDER BY key.oid`
