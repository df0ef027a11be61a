import * as z from 'zod'
import type { Catalogue } from './catalogue.ts'

const sources = [
  'SELECT database FROM backups WHERE database > @after ORDER BY database LIMIT 1',
  `SELECT database FROM jobs WHERE kind = 'backup' AND state IN ('done', 'failed', 'interrupted')
   AND database > @after ORDER BY database LIMIT 1`,
]
const Name = z.object({ database: z.string() })

/**
 * The names of all databases that were ever backed up, or tried to be, in order. A database whose backups all went bad
 * is among them: it must not drop out of the verdict.
 */
export function knownDatabases(catalogue: Catalogue): readonly string[] {
  const names = new Set<string>()
  for (const sql of sources) {
    const next = (after: string): string | undefined => catalogue.get(Name, sql, { after })?.database
    for (let name = next(''); name !== undefined; name = next(name)) names.add(name)
  }
  return [...names].toSorted()
}
