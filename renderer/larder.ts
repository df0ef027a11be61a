import { useCallback, useEffect, useRef, useState } from 'react'
import type { Fault } from '../electron/shared/fault.ts'
import type { Bridge, Call, EventName, Input, Output, Payload } from '../electron/shared/ipc.ts'
import type { Progress } from '../electron/shared/model.ts'

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly larder: Bridge
  }
}

/** What `ask` throws: the engine said no, and the fault says why and what to do. */
class ReplyFault extends Error {
  override readonly name = 'ReplyFault'
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.text)
    this.fault = fault
  }
}

/** Asks the engine. Throws a `ReplyFault`; a screen shows it with `FaultNotice`. */
export async function ask<C extends Call>(name: C, input: Input<C>): Promise<Output<C>> {
  const reply = await window.larder.call(name, input)
  if (reply.ok) return reply.value
  throw new ReplyFault(reply.fault)
}

/** The fault in whatever was thrown. Anything but a `ReplyFault` means the bridge itself is gone. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ReplyFault) return error.fault
  return {
    code: 'INTERNAL',
    text: 'Something went wrong in Larder itself. Your existing backups are untouched.',
    next: 'Close this window and open it again from the tray.',
    detail: error instanceof Error ? error.message : String(error),
  }
}

/** Calls `listener` for every event of that name while the component is shown. */
export function useEvent<E extends EventName>(name: E, listener: (payload: Payload<E>) => void): void {
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => window.larder.on(name, (payload) => latest.current(payload)), [name])
}

interface Answer<T> {
  /** The newest answer; an older one stays while a newer one is awaited or has failed. */
  readonly value: T | null
  readonly fault: Fault | null
  readonly reload: () => void
}

/** An answer that is asked for again whenever the engine says that something changed. */
export function useAnswer<T>(question: () => Promise<T>): Answer<T> {
  const [answer, setAnswer] = useState<Omit<Answer<T>, 'reload'>>({ value: null, fault: null })
  const asked = useRef(0)
  const reload = useCallback(() => {
    const turn = ++asked.current
    const take = (news: (old: Omit<Answer<T>, 'reload'>) => Omit<Answer<T>, 'reload'>): void => {
      // An answer that was overtaken by a later question would bring old facts back.
      if (turn === asked.current) setAnswer(news)
    }
    question().then(
      (value) => take(() => ({ value, fault: null })),
      (error: unknown) => take((old) => ({ value: old.value, fault: faultOf(error) })),
    )
  }, [question])
  useEffect(reload, [reload])
  useEvent('changed', reload)
  return { ...answer, reload }
}

const askToday = () => ask('today', undefined)

/** Everything *Today* shows, kept fresh. */
export const useToday = () => useAnswer(askToday)

/**
 * The running jobs with their newest figures. `running` (from `useToday`) decides which jobs there are, so that
 * a late figure never brings an ended job back; `onUnknown` is called for a job that is not among them yet.
 */
export function useProgress(running: readonly Progress[], onUnknown: () => void): readonly Progress[] {
  const [figures, setFigures] = useState<ReadonlyMap<string, Progress>>(new Map())
  useEvent('progress', (progress) => {
    if (!running.some((job) => job.jobId === progress.jobId) && !figures.has(progress.jobId)) onUnknown()
    setFigures((old) => new Map(old).set(progress.jobId, progress))
  })
  return running.map((job) => newer(figures.get(job.jobId), job))
}

const newer = (figure: Progress | undefined, job: Progress): Progress =>
  figure !== undefined && figure.elapsedMs >= job.elapsedMs ? figure : job
