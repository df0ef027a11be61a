import { useEffect, useEffectEvent, useState } from 'react'
import type { FoundServer } from '../../electron/shared/ipc.ts'
import { ask } from '../larder.ts'

/** Null while it looks. A search that cannot be made has found nothing, and the other ways remain. */
export function useFoundServers(onFirst: (first: FoundServer) => void) {
  const [servers, setServers] = useState<readonly FoundServer[] | null>(null)
  const take = (found: readonly FoundServer[]): void => {
    setServers(found)
    if (found[0] !== undefined) onFirst(found[0])
  }
  const look = (): void => {
    ask('findServers', undefined).then(take, () => setServers([]))
  }
  const lookAtOnce = useEffectEvent(look)
  useEffect(() => lookAtOnce(), [])
  const lookAgain = (): void => {
    setServers(null)
    look()
  }
  return [servers, lookAgain] as const
}
