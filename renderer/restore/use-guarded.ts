import { useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { faultOf } from '../larder.ts'
import { emptyLogin, loginOf } from './draft-rules.ts'
import { isTypingFault } from './run-rules.ts'
import { usePin } from './use-pin.ts'

/** What is sent along: the PIN, and the login where it is not the one of backups. */
interface Keys {
  readonly pin: string
  readonly login?: NonNullable<ReturnType<typeof loginOf>>
}

/** Something that needs the technician PIN: sends it once, and says why when it was refused. */
export function useGuarded(act: (keys: Keys) => Promise<void>) {
  const pin = usePin()
  const [login, setLogin] = useState(emptyLogin)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const run = async (): Promise<void> => {
    setBusy(true)
    setFault(null)
    try {
      const other = loginOf(login)
      await act({ pin: await pin.take(), ...(other === null ? {} : { login: other }) })
    } catch (error) {
      const why = faultOf(error)
      setFault(why)
      if (isTypingFault(why)) pin.clear()
    }
    setBusy(false)
  }
  const send = (): void => {
    if (pin.isReady && !busy) void run()
  }
  return { pin, login, setLogin, busy, fault, send }
}
