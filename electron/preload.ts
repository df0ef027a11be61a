import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron/renderer'
import type { Bridge, EventName, Payload } from './shared/ipc.ts'

const call: Bridge['call'] = (name, input) => ipcRenderer.invoke('call', name, input)

const on: Bridge['on'] = <E extends EventName>(name: E, listener: (payload: Payload<E>) => void) => {
  // The listener never gets Electron's own event: it would reach back into the main process.
  const forward = (_event: IpcRendererEvent, sent: EventName, payload: Payload<E>): void => {
    if (sent === name) listener(payload)
  }
  ipcRenderer.on('event', forward)
  return () => ipcRenderer.off('event', forward)
}

contextBridge.exposeInMainWorld('larder', Object.freeze({ call, on }))
