import { CancelledError, FaultError } from '../../shared/fault.ts'
import { identify, isCertainlyAlive, type ProcessIdentity } from '../catalogue/process-identity.ts'
import type { PipelineMessage } from './pipeline.ts'

/** The tool has the first word: it is ended after one stall limit, and what it leaves is made durable. */
const patience = 2
/** On a busy PC a thread takes a while to come up. */
const startMs = 3000
/** A tool that was asked to end is killed well before this. */
const cancelLimitMs = 20_000

interface Silence {
  /** Rejects with DUMP_STALLED when nothing new was heard for too long, with CancelledError after a wish to stop. */
  readonly broken: Promise<never>
  readonly isBroken: () => boolean
  readonly note: (message: PipelineMessage) => void
  stop(): void
}

/**
 * The limit of the thread itself: a file on a dead share, or a disk that never answers, holds it for ever, and no tool
 * is there to be ended. What it had started is ended from outside.
 */
export function watchSilence(stallMs: number, signal: AbortSignal): Silence {
  const giving = new AbortController()
  const broken = new Promise<never>((_resolve, reject) => {
    giving.signal.addEventListener('abort', () => reject(giving.signal.reason))
  })
  let child: ProcessIdentity | undefined
  let last = ''

  const end = (reason: Error): void => {
    if (child !== undefined && isCertainlyAlive(child)) process.kill(child.pid, 'SIGKILL')
    giving.abort(reason)
  }
  const stalled = setTimeout(
    () =>
      end(new FaultError('DUMP_STALLED', { detail: 'The thread that reads and writes gives no answer.' })),
    startMs + stallMs * patience,
  )
  let unheard: NodeJS.Timeout | undefined
  const expectEnd = (): void => {
    unheard = setTimeout(() => end(new CancelledError('cancelled')), cancelLimitMs)
  }
  signal.addEventListener('abort', expectEnd)

  return {
    broken,
    isBroken: () => giving.signal.aborted,
    note(message) {
      if (message.kind === 'child') child = identify(message.pid)
      const news = JSON.stringify(message)
      if (news !== last) stalled.refresh()
      last = news
    },
    stop() {
      clearTimeout(stalled)
      clearTimeout(unheard)
      signal.removeEventListener('abort', expectEnd)
    },
  }
}
