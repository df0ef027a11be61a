import { toInstant } from '../../shared/calendar.ts'
import { toFault } from '../../shared/fault.ts'
import { endRestore, forgetBeside, unfinishedRestores, type RestoreRow } from '../catalogue/restores.ts'
import type { Session } from '../postgres/session.ts'
import type { Site } from '../site.ts'
import { dropBeside, oidOf } from './beside.ts'
import { isOurs } from './names-rules.ts'
import { keptForDays, noOutcome } from './record.ts'
import { sweepRestoreFolders } from './restore-folder.ts'
import { dropRolesOf } from './roles.ts'
import { endSessionsOf, nameOf } from './settle-swap.ts'
import { openElsewhere, type Target } from './target.ts'

/**
 * Brings restores of a killed Larder to their end: what was restored beside is dropped, unless it had taken the live
 * name already, and then the restore is done and can be undone. A server that does not answer now is asked again at
 * the next start; the till works all the same, because its name always leads to a whole database. Where the login of
 * the backups may not drop it, the next restore does: `as` is who that one works as.
 */
export async function finishInterruptedRestores(site: Site, as?: Target): Promise<void> {
  await sweepRestoreFolders(site)
  for (const row of unfinishedRestores(site.catalogue)) {
    try {
      await finish(site, row, as)
    } catch (error) {
      site.world.log.warn(
        `the rest of restore ${row.id} cannot be looked at yet: ${toFault(error).detail ?? toFault(error).code}`,
      )
    }
  }
}

async function finish(site: Site, row: RestoreRow, as: Target | undefined): Promise<void> {
  const { catalogue, world } = site
  const { id, beside, database } = row
  if (beside === null) return endRestore(catalogue, id, { state: 'failed' })
  await using session = await openElsewhere(await loginFor(site, row, as), [beside, database])
  await endSessionsOf(session, id)
  const name = await nameNow(session, row)
  if (name === database) return asDone(site, row)
  // An undo brings nothing new: what it did not swap in stays the kept database of the restore before.
  if (name !== undefined && row.kind !== 'undo' && isOurs(name)) {
    await dropBeside(session, name)
    world.log.warn(`${name}, left by an interrupted restore, was dropped`)
  }
  await dropRolesOf(session, id, world.log)
  forgetBeside(catalogue, id)
  endRestore(catalogue, id, { state: 'failed' })
}

async function loginFor(
  { settings, world }: Site,
  { server }: RestoreRow,
  as: Target | undefined,
): Promise<Target> {
  if (as?.server.host === server.host && as.server.port === server.port) return as
  const password = await world.secrets.read('database-password')
  return { server: { ...server, user: settings.server.user }, password }
}

/** Found by its oid, or by the name that only this restore gives, when it died before the oid was known. */
async function nameNow(session: Session, { beside, beside_oid }: RestoreRow): Promise<string | undefined> {
  if (beside_oid !== null) return nameOf(session, beside_oid)
  return beside !== null && (await oidOf(session, beside)) !== undefined ? beside : undefined
}

const day = 86_400_000

function asDone({ catalogue, world }: Site, row: RestoreRow): void {
  const { id, kind, database, kept_as, undoes, backup_id, started_at } = row
  const now = world.now()
  const keptUntil = kept_as === null ? null : now + keptForDays * day
  const notes = [
    'Larder was ended just after the databases had changed places. A program after it was not run.',
  ]
  const result = {
    ...noOutcome,
    id,
    kind,
    database,
    verdict: 'restored' as const,
    backupId: backup_id,
    keptAs: kept_as,
    keptUntil: keptUntil === null ? null : toInstant(keptUntil),
    durationMs: Math.max(0, now - started_at),
    notes,
    report: null,
  }
  if (undoes !== null) endRestore(catalogue, undoes, { state: 'undone' })
  endRestore(catalogue, id, {
    state: kept_as === null ? 'done' : 'kept',
    result,
    ...(keptUntil ? { keptUntil } : {}),
  })
  world.log.warn(`restore ${id} of ${database} was complete when Larder was ended`)
}
