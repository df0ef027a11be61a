import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import type { Fingerprint } from '../../shared/model.ts'
import { readFingerprint } from '../postgres/fingerprint.ts'
import type { Session } from '../postgres/session.ts'
import { compareFingerprints, type Difference } from './compare-fingerprints-rules.ts'

interface Compared {
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
}

/**
 * Compares a restored database with what was dumped, and looks whether its constraints and indexes can be trusted. It
 * only reads, unless it is to walk the indexes: that takes a superuser, and leaves amcheck in the database.
 */
export async function compareRestored(
  session: Session,
  expected: Fingerprint,
  { walkIndexes }: { readonly walkIndexes: boolean },
): Promise<Compared> {
  // A policy that would hide rows is an error instead of a smaller count.
  await session.run('SET row_security = off')
  const found = await readFingerprint(session)
  const counting = await session.query(CountingRow, sequenceSteps)
  const invalid = await session.query(Invalid, invalidIndexes)
  const unproven = await session.query(Unproven, notValidated)
  const damaged = walkIndexes ? await checkIndexes(session) : { differences: [], notes: [] }
  const broken = invalid.map(({ object }) => ({ object, expected: 'valid', found: 'not valid' }))
  return {
    differences: [...compareFingerprints(expected, found, counting), ...broken, ...damaged.differences],
    notes: [...unproven.map(({ object }) => noteOn(object)), ...damaged.notes],
  }
}

/** It was so in the till as well: a constraint that is validated there is restored with a full check. */
const noteOn = (object: string): string => `${object} is marked NOT VALID in the till: old rows may break it.`

const CountingRow = z.object({
  schema: z.string(),
  name: z.string(),
  increment: z.coerce.bigint(),
  cycles: z.boolean(),
})
const Invalid = z.object({ object: z.string() })
const Unproven = Invalid

const sequenceSteps = `
SELECT n.nspname AS schema, c.relname AS name, s.seqincrement AS increment, s.seqcycle AS cycles
FROM pg_sequence AS s
JOIN pg_class AS c ON c.oid = s.seqrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace`

// An index of a partitioned table is invalid until every partition has its part, which is how tills leave some.
const invalidIndexes = `
SELECT format('index %s.%s', n.nspname, c.relname) AS object
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid AND c.relkind = 'i'
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT (i.indisvalid AND i.indisready)
ORDER BY 1`

const notValidated = `
SELECT format('Constraint %s of %s', conname, conrelid::regclass) AS object
FROM pg_constraint WHERE NOT convalidated AND conrelid <> 0 AND conparentid = 0
ORDER BY 1`

const userBtrees = `
SELECT c.oid::text AS oid, format('index %s.%s', n.nspname, c.relname) AS object
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid AND c.relkind = 'i' AND c.relpersistence <> 't'
JOIN pg_am AS am ON am.oid = c.relam AND am.amname = 'btree'
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE i.indisvalid AND c.oid >= 16384
ORDER BY c.oid`
const Btree = Invalid.extend({ oid: z.string() })

/** Lets PostgreSQL walk every B-tree, where its amcheck is installed (PostgreSQL manual, "amcheck"). */
async function checkIndexes(session: Session): Promise<Compared> {
  const schema = await addAmcheck(session)
  if (schema === undefined)
    return { differences: [], notes: ['The indexes were not walked: amcheck is not installed here.'] }
  const differences: Difference[] = []
  for (const { oid, object } of await session.query(Btree, userBtrees)) {
    const found = await complaintOf(session.run(`SELECT ${schema}.bt_index_check(${oid}::regclass)`))
    if (found !== undefined) differences.push({ object, expected: 'in order', found })
  }
  return { differences, notes: [] }
}

const Schema = z.object({ schema: z.string() })

/** Where its functions are, quoted; undefined when there are none to be had. */
async function addAmcheck(session: Session): Promise<string | undefined> {
  // Event triggers of the till stay quiet.
  const quiet = 'SET session_replication_role = replica'
  const added = await complaintOf(session.run(`${quiet}; CREATE EXTENSION IF NOT EXISTS amcheck`))
  if (added !== undefined) return undefined
  const { schema } = await session.one(
    Schema,
    `SELECT quote_ident(nspname) AS schema FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace
     WHERE extname = 'amcheck'`,
  )
  return schema
}

/** What the server said against a statement. Throws when there is no server any more. */
async function complaintOf(asked: Promise<void>): Promise<string | undefined> {
  try {
    await asked
    return undefined
  } catch (error) {
    if (!(error instanceof FaultError) || error.code === 'DB_CONNECTION_LOST') throw error
    return error.fault.detail ?? error.code
  }
}
