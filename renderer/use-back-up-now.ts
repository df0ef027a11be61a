import { useState } from 'react'
import type { Fault } from '../electron/shared/fault.ts'
import type { Backup } from '../electron/shared/model.ts'
import { ask, faultOf } from './larder.ts'

interface BackUpNow {
  readonly start: () => void
  readonly busy: boolean
  readonly fault: Fault | null
  /** When it failed, ISO 8601 UTC, so that a later good backup is seen to put it right. */
  readonly failedAt: string | null
  /** What the run that this window started has made; null before it ended well. */
  readonly backups: readonly Backup[] | null
}

const idle = { busy: false, fault: null, failedAt: null, backups: null }

/** Starts a backup of every database of the plan and waits for its end. */
export function useBackUpNow(): BackUpNow {
  const [run, setRun] = useState<Omit<BackUpNow, 'start'>>(idle)
  const start = (): void => {
    setRun({ ...idle, busy: true })
    ask('backUpNow', undefined).then(
      (backups) => setRun({ ...idle, backups }),
      (error: unknown) => setRun({ ...idle, fault: faultOf(error), failedAt: new Date().toISOString() }),
    )
  }
  return { ...run, start }
}
