import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { app, session } from 'electron/main'
import { commandIn, dataFolderIn } from './arguments.ts'
import { refuseEverythingElse } from './desktop/hardening.ts'
import type { Larder } from './desktop/larder.ts'
import { registerScheme, serveWindow } from './desktop/scheme.ts'
import { makeTray } from './desktop/tray.ts'
import { makeWindow } from './desktop/window.ts'

const resources = join(app.getAppPath(), 'resources')
const built = import.meta.dirname

const iconShownMs = 150

/** The desktop app. The icon comes first; everything heavy is loaded once it is there. */
async function startDesktop(): Promise<void> {
  const dataFolder = dataFolderIn(process.argv)
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  app.setPath('userData', dataFolder)
  app.setPath('sessionData', join(dataFolder, 'session'))
  if (!app.requestSingleInstanceLock()) return app.quit()
  app.setAppUserModelId('org.larder.Larder')
  // Root cannot have Chromium's sandbox and says so with this switch; enabling it then would only crash.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  registerScheme()

  let larder: Larder | undefined
  const window = makeWindow(built, join(resources, 'icon.png'))
  app.on('second-instance', () => window.show())
  // The icon stays when the window goes: without a listener Electron would end the app.
  app.on('window-all-closed', () => undefined)
  await app.whenReady()
  const tray = makeTray(resources, {
    open: () => window.show(),
    backUpNow: () => larder?.backUpNow(),
    cancel: () => larder?.cancel(),
    pause: (length) => larder?.pause(length),
    resume: () => larder?.resume(),
    quit: () => app.quit(),
  })
  endWell(() => larder)
  refuseEverythingElse(session.defaultSession)
  serveWindow(session.defaultSession, join(built, '..', 'renderer'))
  // The panel asks for the icon in a call of its own; loading the engine would keep it waiting.
  await setTimeout(iconShownMs)
  const { startLarder } = await import('./desktop/larder.ts')
  larder = await startLarder({ dataFolder, resources, tray, window })
  if (!process.argv.includes('--hidden')) window.show()
}

/** Quitting waits until running work was stopped and tidied up, or until the person says no. */
function endWell(larder: () => Larder | undefined): void {
  let mayGo = false
  const quitIfAllowed = async (running: Larder): Promise<void> => {
    mayGo = await running.mayQuit()
    if (mayGo) app.quit()
  }
  app.on('before-quit', (event) => {
    const running = larder()
    if (mayGo || running === undefined) return
    event.preventDefault()
    void quitIfAllowed(running)
  })
  // After a SIGTERM (a log-off, for one) Electron closes the windows and then waits for this instead of going.
  app.on('window-all-closed', () => {
    if (mayGo) app.quit()
  })
}

async function startCommand(words: readonly string[]): Promise<void> {
  const { runCommand } = await import('./headless.ts')
  app.exit(await runCommand(words))
}

// Electron is ready only after this file has run to its end, so nothing is awaited here.
const words = commandIn(process.argv)
void (words === undefined ? startDesktop() : startCommand(words))
