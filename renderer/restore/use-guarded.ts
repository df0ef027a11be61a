import { useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { faultOf } from '../larder.ts'
import { usePin } from './use-pin.ts'

/** Something that needs the technician PIN: sends it once, and says why when it was refused. */
export function useGuarded(act: (pin: string) => Promise<void>) {
  const pin = usePin()
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const run = async (): Promise<void> => {
    setBusy(true)
    setFault(null)
    try {
      await act(await pin.take())
    } catch (error) {
      setFault(faultOf(error))
      pin.clear()
    }
    setBusy(false)
  }
  const send = (): void => {
    if (pin.isReady && !busy) void run()
  }
  return { pin, busy, fault, send }
}
