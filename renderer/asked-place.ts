import { useSyncExternalStore } from 'react'
import type { Payload } from '../electron/shared/ipc.ts'

type Asked = Payload<'show'>

// A click on a pop-up opens the window and says at once where to go, before any screen is there to listen. So the
// page listens from its first line on, and keeps the newest wish.
let asked: Asked | null = null
const listeners = new Set<() => void>()
window.larder.on('show', (place) => {
  asked = place
  for (const listener of listeners) listener()
})

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The place that was asked for last, a new object for every asking; null when none was. */
export const useAskedPlace = (): Asked | null => useSyncExternalStore(subscribe, () => asked)
