import { FaultError } from '../../shared/fault.ts'
import { endRestore, forgetBeside, noteBeside, type RestoreRow } from '../catalogue/restores.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import { dropBeside, oidOf } from './beside.ts'
import { besideName } from './names-rules.ts'
import { noOutcome, type Outcome } from './record.ts'
import { nameSession, surely } from './settle-swap.ts'
import type { Steps } from './steps.ts'
import { swap } from './swap.ts'
import { asRights, openElsewhere, type Target } from './target.ts'

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
  // Without the signal: a swap is not stopped in the middle.
  await using renaming = await openElsewhere(target, [database, kept])
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
  const putBack = async (): Promise<number> => {
    job.signal.throwIfAborted()
    job.enter('swap')
    await nameSession(renaming, job.id)
    return surely(target, { jobId: job.id, live: database, oid }, () =>
      swap(renaming, ending, { live: database, beside: kept, keptAs }),
    )
  }
  const downtimeMs = await steps.time('Changed places', putBack).catch((error: unknown) => {
    const isUnsure = error instanceof FaultError && error.code === 'RESTORE_UNSURE'
    // What was not swapped in stays the kept database of the restore before.
    if (!isUnsure) forgetBeside(site.catalogue, job.id)
    return asRights(target)(error)
  })
  endRestore(site.catalogue, row.id, { state: 'undone' })
  return { ...noOutcomeOf(row), verdict: 'restored', keptAs, downtimeMs }
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
