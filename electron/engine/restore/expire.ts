import { toFault } from '../../shared/fault.ts'
import { latestIntact } from '../catalogue/backups.ts'
import { keptRestores, markWarned } from '../catalogue/restores.ts'
import type { Site } from '../site.ts'
import { fateOf } from './expire-rules.ts'
import { release } from './restore-jobs.ts'

/**
 * Warns of kept databases whose end is near, and drops those that were warned of and are over. Called now and then;
 * one that cannot be dropped, because the login of the backups may not, stays and is tried again.
 */
export async function expireKept(site: Site): Promise<void> {
  const { catalogue, world } = site
  for (const row of keptRestores(catalogue)) {
    const newest = latestIntact(catalogue, row.database)
    // The backup that a restore takes first is of the database that it keeps.
    const endedAt = row.started_at + (row.result?.durationMs ?? 0)
    const backedUpSince = newest !== undefined && Date.parse(newest.takenAt) > endedAt
    const fate = fateOf({ ...row, backedUpSince }, world.now())
    if (fate === 'warn') markWarned(catalogue, row.id, world.now())
    if (fate === 'drop')
      await release(site, row.id, {}, {}).catch((error: unknown) => {
        world.log.warn(`${row.kept_as ?? ''} is over and stays: ${toFault(error).text}`)
      })
  }
}
