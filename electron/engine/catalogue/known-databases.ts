import { newestIntactPerDatabase } from './backups.ts'
import type { Catalogue } from './catalogue.ts'
import { unresolvedFailures } from './job-history.ts'

/** The names of all databases that ever had a good backup, or whose last run failed. By name. */
export function knownDatabases(catalogue: Catalogue): readonly string[] {
  const good = newestIntactPerDatabase(catalogue).map(({ database }) => database)
  const bad = unresolvedFailures(catalogue).map(({ database }) => database)
  return [...new Set([...good, ...bad])].toSorted()
}
