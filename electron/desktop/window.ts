import { join } from 'node:path'
import { app, BrowserWindow, type WebContents, type WebPreferences } from 'electron/main'
import type { EventName, Payload } from '../shared/ipc.ts'
import { startPage } from './scheme.ts'

/** Every switch that matters is written out, so that a change of a default changes nothing here. */
export const webPreferences = (preload: string, devTools: boolean): WebPreferences => ({
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  safeDialogs: true,
  spellcheck: false,
  devTools,
  preload,
})

/** The one window. Closing it ends its process, since a hidden window would cost 60 MB all day long. */
export interface LarderWindow {
  show(): void
  isOurs(sender: WebContents, isMainFrame: boolean): boolean
  tell<E extends EventName>(name: E, payload: Payload<E>): void
  /** Calls back as soon as the window's page is there to listen. */
  whenLoaded(then: () => void): void
}

const reloadLimit = 3

export function makeWindow(folder: string, icon: string): LarderWindow {
  let current: BrowserWindow | undefined
  return {
    show() {
      if (current === undefined) {
        current = open(folder, icon)
        current.on('closed', () => (current = undefined))
      } else {
        if (current.isMinimized()) current.restore()
        current.show()
        current.focus()
      }
    },
    isOurs: (sender, isMainFrame) => isMainFrame && sender === current?.webContents,
    tell: (name, payload) => current?.webContents.send('event', name, payload),
    whenLoaded(then) {
      if (current === undefined) return
      if (current.webContents.isLoading()) current.webContents.once('did-finish-load', then)
      else then()
    },
  }
}

function open(folder: string, icon: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1100,
    height: 720,
    minWidth: 640,
    minHeight: 480,
    show: false,
    title: 'Larder',
    icon,
    autoHideMenuBar: true,
    webPreferences: webPreferences(join(folder, 'preload.cjs'), !app.isPackaged),
  })
  window.removeMenu()
  window.once('ready-to-show', () => window.show())
  reloadAfterCrash(window)
  void window.loadURL(startPage)
  return window
}

/** A crashed page comes back by itself, but not for ever; backups go on in the main process all the while. */
function reloadAfterCrash(window: BrowserWindow): void {
  let reloads = 0
  window.webContents.on('render-process-gone', () => {
    reloads += 1
    if (reloads <= reloadLimit) window.webContents.reload()
  })
}
