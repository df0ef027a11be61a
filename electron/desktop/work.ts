import type { Engine } from '../engine/engine.ts'
import type { Login, RestoreRequest } from '../engine/restore/restore-jobs.ts'
import { CancelledError } from '../shared/fault.ts'
import type { Backup, CheckResult, Progress, ProofResult } from '../shared/model.ts'
import type { RestoreResult } from '../shared/restore-model.ts'

interface Doing {
  readonly signal: AbortSignal
  readonly report: (progress: Progress) => void
}

interface Running {
  readonly abort: AbortController
  progress: Progress | undefined
}

/** What this process is busy with: started by a button, seen by the window, stopped by either. */
export interface Work {
  readonly isBusy: boolean
  readonly progress: readonly Progress[]
  /** Any other piece of work, shown and stopped like the rest. */
  during<T>(work: (doing: Doing) => Promise<T>): Promise<T>
  /** Backs up every database of the plan, one after the other. Throws the first fault when all were tried. */
  backUpAll(): Promise<Backup[]>
  verify(id: string): Promise<CheckResult>
  prove(id: string): Promise<ProofResult>
  restore(id: string, request: RestoreRequest): Promise<RestoreResult>
  undo(restoreId: string, login: Login | null): Promise<RestoreResult>
  release(restoreId: string, login: Login | null): Promise<void>
  /** Without an id everything is stopped. Resolves when nothing of it runs any more. */
  cancel(jobId?: string): Promise<void>
}

export function makeWork(engine: Engine, tell: (progress: Progress) => void, changed: () => void): Work {
  const running = new Set<Running>()
  const ended = new Set<Promise<unknown>>()

  const doing = async <T>(work: (doing: Doing) => Promise<T>) => {
    const one: Running = { abort: new AbortController(), progress: undefined }
    const report = (progress: Progress): void => {
      const isNew = one.progress === undefined
      one.progress = progress
      tell(progress)
      if (isNew) changed()
    }
    running.add(one)
    const result = work({ signal: one.abort.signal, report })
    const settled = result.catch(() => undefined)
    ended.add(settled)
    return result.finally(() => {
      running.delete(one)
      ended.delete(settled)
      changed()
    })
  }

  return {
    during: doing,
    get isBusy() {
      return running.size > 0
    },
    get progress() {
      return [...running].map(({ progress }) => progress).filter((progress) => progress !== undefined)
    },
    async backUpAll() {
      const backups: Backup[] = []
      const faults: unknown[] = []
      for (const database of await engine.databases()) {
        try {
          backups.push(await doing(async (how) => engine.backUp(database, how)))
        } catch (error) {
          if (error instanceof CancelledError) throw error
          faults.push(error)
        }
      }
      if (faults.length > 0) throw faults[0]
      return backups
    },
    verify: async (id) => doing(async (how) => engine.verify(id, how)),
    prove: async (id) => doing(async (how) => engine.prove(id, how)),
    restore: async (id, request) => doing(async (how) => engine.restore(id, request, how)),
    undo: async (id, login) => doing(async (how) => engine.undo(id, { ...how, login })),
    release: async (id, login) => doing(async (how) => engine.release(id, { ...how, login })),
    async cancel(jobId) {
      for (const { abort, progress } of running)
        if (jobId === undefined || progress?.jobId === jobId) abort.abort()
      await Promise.all(ended)
    },
  }
}
