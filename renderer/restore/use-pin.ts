import { useEffect, useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import type { Output } from '../../electron/shared/ipc.ts'
import { ask, faultOf } from '../larder.ts'

const shortest = 6

/** The PIN as it is typed, and whether it may be tried. */
export interface Pin {
  /** Null until the engine has said whether there is one. */
  readonly isSet: boolean | null
  readonly typed: string
  readonly again: string
  /** ms until the next try. */
  readonly waitMs: number
  /** Why it cannot be asked for at all. */
  readonly fault: Fault | null
  readonly isReady: boolean
  readonly type: (part: { readonly typed?: string; readonly again?: string }) => void
  /** Sets the first PIN where there is none, and promises what to send along. Throws a reply's fault. */
  readonly take: () => Promise<string>
  /** After a try: forgets what was typed and asks how long to wait. */
  readonly clear: () => void
}

const nothing = { typed: '', again: '' }

export function usePin(): Pin {
  const [state, setState] = useState<Output<'pinState'> | null>(null)
  const [fault, setFault] = useState<Fault | null>(null)
  const [draft, setDraft] = useState(nothing)
  const waitMs = useCountdown(state)
  useEffect(() => void askState().then(setState, (error: unknown) => setFault(faultOf(error))), [])
  const isSet = state?.isSet ?? null
  const { typed, again } = draft
  const isNew = isSet === false && typed.length >= shortest && typed === again
  return {
    ...draft,
    isSet,
    waitMs,
    fault,
    isReady: waitMs === 0 && (isNew || (isSet === true && typed !== '')),
    type: (part) => setDraft((old) => ({ ...old, ...part })),
    take: async () => {
      if (isSet === false) setState(await ask('setPin', { pin: typed, oldPin: null }))
      return typed
    },
    clear: () => {
      setDraft(nothing)
      askState().then(setState, (error: unknown) => setFault(faultOf(error)))
    },
  }
}

const askState = () => ask('pinState', undefined)

/** What is left of the wait, counted down by the second. */
function useCountdown(state: Output<'pinState'> | null): number {
  const [left, setLeft] = useState({ of: state, ms: 0 })
  if (left.of !== state) setLeft({ of: state, ms: state?.waitMs ?? 0 })
  const waits = left.ms > 0
  useEffect(() => {
    if (!waits) return undefined
    const timer = setInterval(() => setLeft((old) => ({ ...old, ms: Math.max(0, old.ms - 1000) })), 1000)
    return () => clearInterval(timer)
  }, [waits])
  return left.ms
}
