import { CancelledError, FaultError, toFault, type Fault } from '../../shared/fault.ts'
import { tellFor } from '../../shared/fault-for-work.ts'
import type { Job, JobPhase, Progress } from '../../shared/model.ts'
import { clearLeftovers } from '../backup/clear-leftovers.ts'
import type { PipelineProgress } from '../backup/pipeline.ts'
import { lastGoodRun } from '../catalogue/backups.ts'
import { beginJob, endJob, heartbeat, type Beat, type JobEnd } from '../catalogue/jobs.ts'
import { identify, thisProcess } from '../catalogue/process-identity.ts'
import type { Site } from '../site.ts'

const beatEveryMs = 5000

/** The handle that a job's work holds: what it says here is shown live and survives a crash. */
export interface RunningJob {
  readonly id: string
  readonly signal: AbortSignal
  enter(phase: JobPhase): void
  /** Names the files it is about to make, the one that makes the others count last. Call it before making them. */
  files(paths: readonly string[]): void
  readonly onChild: (pid: number) => void
  readonly onProgress: (progress: PipelineProgress) => void
}

export interface JobOrder {
  readonly kind: Job['kind']
  readonly database: string
  /** The backup that the job is about, when there is one already. */
  readonly backupId?: string
  readonly signal?: AbortSignal | undefined
  readonly report?: ((progress: Progress) => void) | undefined
}

interface Judged<T> {
  /** What is wrong with a result that was returned, and not thrown, because it says more than a fault can. */
  readonly faultIn?: (result: T) => Fault | undefined
}

/**
 * Runs one piece of work from a beginning in the catalogue to exactly one end there (INV-5): done, failed or
 * cancelled; a killed process leaves it running, and the next start makes that *interrupted*. Throws what the work
 * threw, DUMP_TIMEOUT when it took longer than the total limit, and ALREADY_RUNNING when somebody else backs up the
 * same database.
 */
export async function runJob<T extends { readonly id: string }>(
  site: Site,
  order: JobOrder & Judged<T>,
  work: (job: RunningJob) => Promise<T>,
): Promise<T> {
  const { catalogue, world } = site
  const { kind, database } = order
  const id = beginJob(catalogue, { kind, database, owner: thisProcess(), now: world.now() })
  world.log.info(`${kind} of ${database} begins (${id})`)
  const { job, files, stop, phase } = openJob(site, id, order)
  try {
    const result = await work(job)
    stop()
    const fault = order.faultIn?.(result)
    const backupId = order.backupId ?? result.id
    endJob(
      catalogue,
      id,
      { ...(fault ? { state: 'failed', fault } : { state: 'done' }), backupId },
      world.now(),
    )
    world.log.info(`${kind} of ${database} ${fault ? `failed: ${fault.code}` : 'done'} (${id})`)
    return result
  } catch (thrown) {
    stop()
    const error = inWordsOf(kind, reasonFor(thrown, job.signal), phase())
    await clearLeftovers(files()).catch((problem: unknown) => {
      world.log.warn(`something unfinished of ${database} could not be removed: ${String(problem)}`)
    })
    const about = order.backupId === undefined ? {} : { backupId: order.backupId }
    endSurely(site, id, { ...howItFailed(site, order, error), ...about })
    throw error
  }
}

/** A job that never ends would hold its lease for as long as this process lives, and no backup could be taken. */
function endSurely(site: Site, id: string, end: JobEnd): void {
  try {
    endJob(site.catalogue, id, end, site.world.now())
  } catch (error) {
    // Anything else means that the catalogue was closed; the next start ends the job then.
    if (!(error instanceof FaultError)) throw error
    site.world.log.error(`the end of job ${id} could not be written yet: ${error.fault.detail ?? error.code}`)
    setTimeout(() => endSurely(site, id, end), beatEveryMs).unref()
  }
}

/** Whoever stopped the work may have had a reason; it counts more than where the work happened to stop. */
function reasonFor(thrown: unknown, signal: AbortSignal): unknown {
  const isStopped =
    thrown instanceof CancelledError || (thrown instanceof Error && thrown.name === 'AbortError')
  if (!isStopped) return thrown
  return signal.reason instanceof FaultError
    ? signal.reason
    : new CancelledError('The job was cancelled.', { cause: thrown })
}

/** What the record says and what is thrown are the same words. */
function inWordsOf(kind: Job['kind'], error: unknown, phase: JobPhase): unknown {
  if (!(error instanceof FaultError)) return error
  const told = tellFor(kind, error.fault, phase)
  return told === error.fault ? error : new FaultError(told, { cause: error })
}

function howItFailed({ world }: Site, { kind, database }: JobOrder, error: unknown) {
  if (error instanceof CancelledError) {
    world.log.info(`${kind} of ${database} cancelled`)
    return { state: 'cancelled' } as const
  }
  const fault = toFault(error)
  const trace = error instanceof FaultError || !(error instanceof Error) ? '' : `\n${error.stack}`
  world.log.error(`${kind} of ${database} failed: ${fault.code} ${fault.detail ?? ''}${trace}`)
  return { state: 'failed', fault } as const
}

function openJob(site: Site, id: string, order: JobOrder) {
  const { catalogue, world } = site
  const ending = new AbortController()
  const signal = order.signal ? AbortSignal.any([order.signal, ending.signal]) : ending.signal
  // The tools have the same limit; this one is for a server that takes a question and never answers.
  const limit = setTimeout(() => ending.abort(new FaultError('DUMP_TIMEOUT')), site.limits.totalMs)
  const progress = startingProgress(site, id, order)
  let paths: readonly string[] = []

  const beat = (what: Beat): void => {
    try {
      // False: another process took this one for dead, and cleared its files. Going on would spoil its work.
      if (!heartbeat(catalogue, id, what, world.now())) ending.abort()
    } catch (error) {
      // A diary that cannot be written just now is no reason to lose a backup; the end of the job must be written.
      world.log.warn(`job ${id} could not say how far it is: ${toFault(error).detail ?? ''}`)
    }
  }
  const timer = setInterval(
    () => beat({ bytes: progress.bytes, storedBytes: progress.storedBytes }),
    beatEveryMs,
  )
  const startedAt = world.now()
  const report = (): void => order.report?.({ ...progress, elapsedMs: world.now() - startedAt })

  const job: RunningJob = {
    id,
    signal,
    enter(phase) {
      beat({ phase })
      Object.assign(progress, { phase, bytes: 0, table: null })
      report()
    },
    files(made) {
      paths = made
      beat({ partialPaths: made })
    },
    onChild: (pid) => beat({ child: identify(pid) }),
    onProgress({ plainBytes, storedBytes, table }) {
      Object.assign(progress, { bytes: plainBytes, storedBytes, table })
      report()
    },
  }
  const stop = (): void => {
    clearInterval(timer)
    clearTimeout(limit)
  }
  return { job, files: () => paths, stop, phase: () => progress.phase }
}

function startingProgress({ catalogue }: Site, jobId: string, { kind, database }: JobOrder) {
  const last = lastGoodRun(catalogue, database)
  return {
    jobId,
    kind,
    database,
    phase: 'inspect' as JobPhase,
    bytes: 0,
    storedBytes: 0,
    table: null as string | null,
    expectedBytes: last?.plainBytes ?? null,
    expectedMs: last?.durationMs ?? null,
  }
}
