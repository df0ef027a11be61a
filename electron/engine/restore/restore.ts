import { FaultError } from '../../shared/fault.ts'
import type { Backup, Manifest } from '../../shared/model.ts'
import { runBackup } from '../backup/run-backup.ts'
import { noteBeside } from '../catalogue/restores.ts'
import { openSession, type Session } from '../postgres/session.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import { authenticate } from '../verify/check-integrity.ts'
import type { Difference } from '../verify/compare-fingerprints-rules.ts'
import { runAfter } from './after-command.ts'
import { oidOf } from './beside.ts'
import { manifestOf, requireRestorable } from './look.ts'
import { besideName } from './names-rules.ts'
import { readProperties } from './properties.ts'
import { ordinary, propertyStatements } from './properties-rules.ts'
import { noOutcome, type Outcome } from './record.ts'
import { removeBeside, restoreBeside } from './restore-beside.ts'
import { inRestoreFolder } from './restore-folder.ts'
import { nameSession, surely } from './settle-swap.ts'
import type { Steps } from './steps.ts'
import { swap } from './swap.ts'
import { asRights, openElsewhere } from './target.ts'
import type { RestoreOrder, Work } from './work.ts'

/**
 * One restore from start to finish; the functions it calls are the next files to read, in this order. The live
 * database is not touched before a copy beside it was compared with the backup and a safety backup is intact
 * (INV-20, 21), and then only by its name. Throws the fault or CancelledError with the till exactly as it was; a
 * backup that is not what it was, or comes out different, is the outcome *not restored*.
 */
export async function restoreBackup(
  site: Site,
  { backup, order, steps }: { readonly backup: Backup; readonly order: RestoreOrder; readonly steps: Steps },
  job: RunningJob,
): Promise<Outcome> {
  const database = order.into ?? backup.database
  job.enter('inspect')
  const before = await steps.time('Looked first', () =>
    requireRestorable(site, manifestOf(site, backup), order),
  )
  const authentic = await steps.time('Checked the backup', () => authenticate(site, backup, job))
  const about = { ...noOutcome, database, backupId: backup.id, takenAt: backup.takenAt }
  if ('verdict' in authentic) return { ...about, differences: authentic.differences }

  const replaces = order.into === null && before.liveExists
  const work = { authentic, order, steps, database, missingRoles: before.missingRoles, replaces }
  const { beside, safety, swapped } = await putInPlace(site, work, job)
  if (swapped === null) return { ...about, safetyBackupId: safety, differences: [...beside.lost] }

  job.enter('finish')
  await steps.time('Gathered statistics', () => gatherStatistics(site, work))
  const after = await runLast(work, job)
  const failed = after === null || after.code === 0 ? [] : [afterFailed(after.code)]
  const differences = [...beside.differences, ...failed]
  return {
    ...about,
    ...swapped,
    after,
    safetyBackupId: safety,
    verdict: differences.length === 0 ? 'restored' : 'restored-with-differences',
    differences,
    notes: [...beside.notes],
  }
}

/** Restores beside and changes places when nothing is lost. In every other end nothing new is left on the server. */
async function putInPlace(site: Site, work: Work, job: RunningJob) {
  try {
    const [safety, beside] = await bothOrNone(job.signal, [
      (signal) => (work.replaces ? takeSafetyBackup(site, work, { ...job, signal }) : Promise.resolve(null)),
      (signal) =>
        inRestoreFolder(site, job.id, (folder) =>
          restoreBeside(site, { ...work, folder }, { ...job, signal }),
        ),
    ])
    const isLost = beside.lost.length > 0
    if (isLost) await removeBeside(site, work, job.id)
    return { safety, beside, swapped: isLost ? null : await takePlace(site, work, beside.name, job) }
  } catch (error) {
    const isUnsure = error instanceof FaultError && error.code === 'RESTORE_UNSURE'
    if (!isUnsure) await removeBeside(site, work, job.id)
    throw error
  }
}

/** Runs both at once; when one fails the other is stopped, and the first fault is thrown when both have ended. */
async function bothOrNone<A, B>(
  outer: AbortSignal,
  [first, second]: readonly [(signal: AbortSignal) => Promise<A>, (signal: AbortSignal) => Promise<B>],
): Promise<[A, B]> {
  const either = new AbortController()
  const signal = AbortSignal.any([outer, either.signal])
  const faults: unknown[] = []
  const stopOther = (error: unknown): never => {
    faults.push(error)
    either.abort()
    throw error
  }
  const both = await Promise.allSettled([first(signal).catch(stopOther), second(signal).catch(stopOther)])
  const [a, b] = both
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value]
  throw faults[0]
}

/** The till as it is now, so that a restore loses nothing. Its words are those of the job that it belongs to. */
async function takeSafetyBackup(
  site: Site,
  { order, steps, database }: Work,
  job: RunningJob,
): Promise<string | null> {
  const quiet = { ...job, enter: () => undefined, onProgress: () => undefined, onChild: () => undefined }
  try {
    return (await steps.time('Backed up the till', () => runBackup(site, database, quiet))).id
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    const isEmpty = error.code === 'SUSPICIOUS_EMPTY'
    if (!isEmpty && !order.withoutSafety) throw error
    site.world.log.warn(`no backup before the restore of ${database}: ${error.code}`)
    return null
  }
}

/** From here to the end of the swap nothing is stopped half-way: it takes well under a second. */
async function takePlace(site: Site, work: Work, beside: string, job: RunningJob) {
  const { order, steps, database, replaces } = work
  const { target } = order
  job.signal.throwIfAborted()
  job.enter('swap')
  const keptAs = replaces ? besideName(database, 'kept', job.id) : null
  if (keptAs !== null) noteBeside(site.catalogue, job.id, { kept_as: keptAs })
  const names = [database, beside]
  await using renaming = await openElsewhere(target, names)
  await using ending = await openElsewhere(target, names)
  await nameSession(renaming, job.id)
  await giveProperties(renaming, work, beside).catch(asRights(target))
  const oid = await oidOf(renaming, beside)
  if (oid === undefined) throw new FaultError('DB_NOT_FOUND', { values: { database: beside } })
  const downtimeMs = await steps.time('Changed places', () =>
    surely(target, { jobId: job.id, live: database, oid }, () =>
      swap(renaming, ending, { live: database, beside, keptAs }).catch(asRights(target)),
    ),
  )
  site.world.log.info(`${database} is restored; what was there is kept as ${keptAs ?? 'nothing'}`)
  return { keptAs, downtimeMs: replaces ? downtimeMs : null }
}

/** Owner, rights, settings and comment as the live database has them, or else as far as the manifest tells. */
async function giveProperties(
  session: Session,
  { authentic, order, database }: Work,
  beside: string,
): Promise<void> {
  const live = order.into === null ? await readProperties(session, database) : undefined
  for (const statement of live
    ? propertyStatements(beside, live)
    : ownerOnly(beside, authentic.manifest, order))
    await session.run(statement)
}

function ownerOnly(beside: string, { database }: Manifest, { roles }: RestoreOrder): readonly string[] {
  if (roles.kind === 'no-owner') return []
  const owner = (roles.kind === 'map' ? roles.to[database.owner] : undefined) ?? database.owner
  return propertyStatements(beside, { ...ordinary, owner })
}

/** The till trades already; without statistics its first minutes would be slow. It is no reason to fail. */
async function gatherStatistics({ world }: Site, { order: { target }, database }: Work): Promise<void> {
  try {
    await using session = await openSession(target.server, database, target.password)
    await session.run('ANALYZE')
  } catch (error) {
    world.log.warn(`${database} is restored, and gathers its statistics by itself: ${String(error)}`)
  }
}

async function runLast({ order, steps, database }: Work, job: RunningJob) {
  const { after, target } = order
  if (after === null) return null
  job.enter('after')
  return steps.time('Ran the program after it', () => runAfter(after, target, database, job.signal))
}

const afterFailed = (code: number | null): Difference => ({
  object: 'the program after the restore',
  expected: 'exit code 0',
  found: code === null ? 'it did not run to its end' : `exit code ${code}`,
})
