import type { Fingerprint } from '../electron/shared/model.ts'

export type TableOrder = 'rows' | 'name'

type Tables = Fingerprint['tables']

/** The tables whose `schema.name` holds the searched text, whatever its case, in the order asked for. */
export function chosenTables(tables: Tables, search: string, order: TableOrder): Tables {
  const wanted = search.trim().toLowerCase()
  const chosen = tables.filter(({ schema, name }) => `${schema}.${name}`.toLowerCase().includes(wanted))
  const byName = chosen.toSorted((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name))
  return order === 'name' ? byName : byName.toSorted((a, b) => b.rows - a.rows)
}

// Numbered tables in their counted order: `orders_2` before `orders_10`.
const compare = new Intl.Collator('en', { numeric: true }).compare
