import * as z from 'zod'
import type { Fingerprint } from '../../shared/model.ts'
import { objectList, relationList } from './catalogue-queries.ts'
import type { Session } from './session.ts'

/**
 * What the database holds: exact row counts, sequence values, objects. Run inside the transaction of
 * `exportSnapshot`, so that it tells of the very moment that is dumped. Sequences are the exception: PostgreSQL
 * keeps them outside of transactions, so a value may be a little older than the one in the dump.
 */
export async function readFingerprint(session: Session): Promise<Fingerprint> {
  const relations = await session.query(Relation, relationList)
  // First, before pg_dump has even connected: a proof may then ask that the dump's values are not behind these.
  const sequences = await readSequences(session, relations.filter(isSequence))
  const tables = await countRows(session, relations.filter(isTable))
  const { count } = await session.one(Counted, 'SELECT count(*) FROM pg_largeobject_metadata')
  const objects = await session.query(ListedObject, objectList)
  return { tables, sequences, largeObjects: count, objects: objects.map(({ object }) => object) }
}

type TableCount = Fingerprint['tables'][number]
type SequenceValue = Fingerprint['sequences'][number]

const Relation = z.object({
  oid: z.coerce.number(),
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'partitioned', 'matview', 'sequence']),
  /** `"schema"."name"`, quoted by the server. */
  quoted: z.string(),
  /** Which rows of an extension's table belong to the dump: `WHERE …`, or empty for all. */
  condition: z.string(),
  populated: z.boolean(),
  /** The partitioned table whose partition this is; 0 for none. */
  parent: z.coerce.number(),
})
type Relation = z.output<typeof Relation>
type Table = Relation & { readonly kind: TableCount['kind'] }

const Counted = z.object({ count: z.coerce.number() })
const ListedObject = z.object({ object: z.string() })
const RowCount = z.object({ place: z.number(), count: z.coerce.number() })
const Value = z.object({ place: z.number(), value: z.string(), is_called: z.boolean() })

const isTable = (relation: Relation): relation is Table => relation.kind !== 'sequence'
const isSequence = (relation: Relation): boolean => relation.kind === 'sequence'

async function countRows(session: Session, tables: readonly Table[]): Promise<TableCount[]> {
  // Partitions are counted on their own; counting their parent would read them all once more, and reach out
  // to other servers for foreign ones, whose rows no dump holds.
  const counted = tables.filter(({ kind, populated }) => kind !== 'partitioned' && populated)
  const answers = await inBatches(
    session,
    RowCount,
    counted,
    ({ quoted, condition }, place) =>
      // ONLY: rows of tables that inherit from this one are counted with those.
      `SELECT ${place} AS place, count(*) FROM ONLY ${quoted} ${condition}`,
  )
  const rows = new Map(answers.map(({ item, answer }) => [item.oid, answer.count]))
  const total = (table: Table): number =>
    table.kind === 'partitioned'
      ? tables.filter(({ parent }) => parent === table.oid).reduce((sum, part) => sum + total(part), 0)
      : (rows.get(table.oid) ?? 0)
  return tables.map((table) => ({
    schema: table.schema,
    name: table.name,
    kind: table.kind,
    rows: total(table),
  }))
}

async function readSequences(session: Session, sequences: readonly Relation[]): Promise<SequenceValue[]> {
  const answers = await inBatches(
    session,
    Value,
    sequences,
    ({ quoted }, place) => `SELECT ${place} AS place, last_value::text AS value, is_called FROM ${quoted}`,
  )
  return answers.map(({ item, answer }) => ({
    schema: item.schema,
    name: item.name,
    value: answer.value,
    isCalled: answer.is_called,
  }))
}

const batchSize = 50

/** Asks one question about each item, many in one statement, and pairs the answers with the items, in order. */
async function inBatches<Item, Answer extends { readonly place: number }>(
  session: Session,
  answer: z.ZodType<Answer>,
  items: readonly Item[],
  question: (item: Item, place: number) => string,
): Promise<{ readonly item: Item; readonly answer: Answer }[]> {
  const paired: { readonly item: Item; readonly answer: Answer }[] = []
  for (let start = 0; start < items.length; start += batchSize) {
    const batch = items.slice(start, start + batchSize)
    const answers = await session.query(answer, batch.map(question).join('\nUNION ALL\n'))
    const byPlace = new Map(answers.map((each) => [each.place, each]))
    for (const [place, item] of batch.entries()) {
      const found = byPlace.get(place)
      if (found) paired.push({ item, answer: found })
    }
  }
  return paired
}
