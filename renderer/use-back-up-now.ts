import { useState } from 'react'
import type { Fault } from '../electron/shared/fault.ts'
import type { Backup } from '../electron/shared/model.ts'
import { ask, faultOf } from './larder.ts'

interface BackUpNow {
  readonly start: () => void
  readonly busy: boolean
  readonly fault: Fault | null
  /** What the run that this window started has made; null before it ended well. */
  readonly backups: readonly Backup[] | null
}

/** Starts a backup of every database of the plan and waits for its end. */
export function useBackUpNow(): BackUpNow {
  const [run, setRun] = useState<Omit<BackUpNow, 'start'>>({ busy: false, fault: null, backups: null })
  const start = (): void => {
    setRun({ busy: true, fault: null, backups: null })
    ask('backUpNow', undefined).then(
      (backups) => setRun({ busy: false, fault: null, backups }),
      (error: unknown) => setRun({ busy: false, fault: faultOf(error), backups: null }),
    )
  }
  return { ...run, start }
}
