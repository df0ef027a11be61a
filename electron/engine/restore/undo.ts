import { FaultError } from '../../shared/fault.ts'
import { endRestore, noteBeside, type RestoreRow } from '../catalogue/restores.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import { dropBeside, oidOf } from './beside.ts'
import { besideName } from './names-rules.ts'
import { noOutcome, type Outcome } from './record.ts'
import type { Steps } from './steps.ts'
import { swap } from './swap.ts'
import { openElsewhere, type Target } from './target.ts'

interface Undo {
  readonly row: RestoreRow
  readonly target: Target
  readonly steps: Steps
}

/** The name of the database that a restore keeps. Throws RESTORE_NOT_KEPT. */
export function requireKept(row: RestoreRow): string {
  const { state, kept_as } = row
  if (state === 'kept' && kept_as !== null) return kept_as
  throw notKept(row)
}

const notKept = ({ result }: RestoreRow): FaultError =>
  new FaultError('RESTORE_NOT_KEPT', { values: { backup: result?.safetyBackupId ?? '-' } })

/**
 * Puts back what a restore swapped out, in one transaction. What the till has written since is not lost: that
 * database is kept in turn, and the undo can itself be undone. Throws RESTORE_NOT_KEPT, RESTORE_BUSY or a DB_* fault,
 * and nothing has changed then.
 */
export async function undoRestore(
  site: Site,
  { row, target, steps }: Undo,
  job: RunningJob,
): Promise<Outcome> {
  const kept = requireKept(row)
  const { database } = row
  job.enter('inspect')
  await using renaming = await openElsewhere(target, [database, kept], job.signal)
  await using ending = await openElsewhere(target, [database, kept])
  const oid = await oidOf(renaming, kept)
  if (oid === undefined) {
    // Somebody else dropped it.
    endRestore(site.catalogue, row.id, { state: 'released' })
    throw notKept(row)
  }
  const liveExists = (await oidOf(renaming, database)) !== undefined
  const keptAs = liveExists ? besideName(database, 'kept', job.id) : null
  noteBeside(site.catalogue, job.id, {
    beside: kept,
    beside_oid: oid,
    ...(keptAs ? { kept_as: keptAs } : {}),
  })
  job.signal.throwIfAborted()
  job.enter('swap')
  const downtimeMs = await steps.time('Changed places', () =>
    swap(renaming, ending, { live: database, beside: kept, keptAs }).catch(asRights(target)),
  )
  endRestore(site.catalogue, row.id, { state: 'undone' })
  return { ...noOutcomeOf(row), verdict: 'restored', keptAs, downtimeMs }
}

/** The login of the backups often may only read. */
const asRights =
  ({ server: { user } }: Target) =>
  (error: unknown): never => {
    if (!(error instanceof FaultError) || error.code !== 'DB_PERMISSION') throw error
    const values = { user, missing: 'it may not rename or drop databases, or end the sessions in them' }
    throw new FaultError('RESTORE_RIGHTS', { values, detail: error.fault.detail ?? '', cause: error })
  }

const noOutcomeOf = ({ database }: RestoreRow): Outcome => ({ ...noOutcome, database })

/** Drops what a restore keeps; after this it cannot be undone. Throws RESTORE_NOT_KEPT or a DB_* fault. */
export async function releaseRestore(site: Site, row: RestoreRow, target: Target): Promise<void> {
  const kept = requireKept(row)
  await using session = await openElsewhere(target, [kept])
  await dropBeside(session, kept).catch(asRights(target))
  endRestore(site.catalogue, row.id, { state: 'released' })
  site.world.log.info(`${kept}, kept by restore ${row.id}, was dropped`)
}
