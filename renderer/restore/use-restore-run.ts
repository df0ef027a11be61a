import { useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { ask, faultOf, useProgress, useToday } from '../larder.ts'
import type { Request } from './draft-rules.ts'
import { isTypingFault, type End } from './run-rules.ts'

interface Run {
  readonly asked: boolean
  /** Whether its job was seen: from then on what was typed has been accepted. */
  readonly began: boolean
  readonly end: End | null
  /** Why it was not begun: what was typed is wrong. */
  readonly refused: Fault | null
}

const idle: Run = { asked: false, began: false, end: null, refused: null }

/** Starts a restore, and follows it to its end. `databases`: the names that its job may be listed under. */
export function useRestoreRun(databases: readonly string[]) {
  const [run, setRun] = useState(idle)
  const today = useToday()
  const jobs = useProgress(today.value?.running ?? [], today.reload)
  const job = jobs.find(({ kind, database }) => kind === 'restore' && databases.includes(database))
  if (run.asked && !run.began && job !== undefined) setRun({ ...run, began: true })
  const start = (request: Request): void => {
    setRun({ ...idle, asked: true })
    ask('restoreBackup', request).then(
      (result) => setRun({ ...idle, end: { kind: 'result', result } }),
      (error: unknown) => {
        const fault = faultOf(error)
        setRun(
          isTypingFault(fault) ? { ...idle, refused: fault } : { ...idle, end: { kind: 'fault', fault } },
        )
      },
    )
  }
  return { ...run, job: job ?? null, start, forget: () => setRun(idle) }
}
