import { watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { dialog, ipcMain, powerMonitor } from 'electron/main'
import { markTold, untoldJobs } from '../engine/catalogue/job-history.ts'
import { Engine } from '../engine/engine.ts'
import { pause, resume, type PauseLength } from '../engine/schedule/pause.ts'
import { startScheduler } from '../engine/schedule/scheduler.ts'
import { CancelledError, FaultError, toFault } from '../shared/fault.ts'
import { nextStep } from '../shared/texts-alerts.ts'
import { texts } from '../shared/texts.ts'
import { desktopTexts } from '../shared/texts-desktop.ts'
import { takeForDesktop } from '../engine/monitor/desktop-alerts.ts'
import { startWatch, type Watch } from '../engine/monitor/watch.ts'
import type { Log } from '../engine/world.ts'
import { answerCalls } from './door.ts'
import { makeHandlers } from './handlers.ts'
import { popUp, type Saying } from './pop-up.ts'
import type { makeTray, TrayState } from './tray.ts'
import type { LarderWindow } from './window.ts'
import { makeWork, type Work } from './work.ts'
import { realWorld } from '../real-world.ts'
import { systemKeyring } from './keyring.ts'

interface Shell {
  readonly dataFolder: string
  readonly resources: string
  readonly tray: ReturnType<typeof makeTray>
  readonly window: LarderWindow
}

/** What the icon's menu can ask for once the engine is up. */
export interface Larder {
  backUpNow(): void
  cancel(): void
  pause(length: PauseLength): void
  resume(): void
  /** Asks first when something is running. True: everything has ended and the app may go. */
  mayQuit(): Promise<boolean>
}

const lookAgainMs = 60_000
const settleMs = 250
// Larder's own writes take milliseconds. After this, a window that stands still is worse than a fault that says why.
const busyWaitMs = 1000
const expireEveryMs = 3_600_000
const lastWordMs = 3000

/** Everything that is loaded after the icon is up: the engine, the door to the window, and the voice. */
export async function startLarder({ dataFolder, resources, tray, window }: Shell): Promise<Larder> {
  const world = { ...realWorld(dataFolder, systemKeyring), busyWaitMs }
  const engine = await Engine.open(world)
  const work = makeWork(
    engine,
    (progress) => window.tell('progress', progress),
    () => refresh(),
  )
  const alerts = startWatch(engine)

  function refresh(): void {
    alerts.look()
    tray.show(trayState(engine, work.isBusy))
    window.tell('changed', undefined)
    tellNews(engine, { window, resources })
  }

  answerCalls(
    ipcMain,
    (sender, isMain) => window.isOurs(sender, isMain),
    makeHandlers(engine, work, refresh),
    world.log,
  )
  watchData(dataFolder, refresh)
  setInterval(refresh, lookAgainMs)
  const expire = (): void => void engine.expireKept().catch((error: unknown) => noteUntold(error, world.log))
  setInterval(expire, expireEveryMs)
  expire()
  const schedule = keepSchedule(engine, work, refresh)
  refresh()

  return {
    backUpNow: () => void work.backUpAll().catch((error: unknown) => noteUntold(error, world.log)),
    cancel: () => void work.cancel(),
    pause: schedule.pause,
    resume: schedule.resume,
    async mayQuit() {
      if (work.isBusy && !(await confirmQuit())) return false
      const stopped = schedule.stop()
      await work.cancel()
      await stopped
      await lastWords(alerts)
      engine.close()
      return true
    },
  }
}

/** Rings on wake and unlock too: timers stand still while the computer sleeps, and what is late is not to wait for one. */
function keepSchedule(engine: Engine, work: Work, refresh: () => void) {
  const scheduler = startScheduler(engine, { during: (one) => work.during(one), onRun: refresh })
  powerMonitor.on('resume', () => scheduler.wake())
  powerMonitor.on('unlock-screen', () => scheduler.ring())
  return {
    stop: () => scheduler.stop(),
    pause: (length: PauseLength): void => {
      pause(engine.site, length)
      refresh()
    },
    resume: (): void => {
      resume(engine.site)
      scheduler.ring()
      refresh()
    },
  }
}

/**
 * Ends that nobody has heard of yet: of this process, of another one, or of a life that was cut short. And what the
 * watch found that is due to be told here.
 */
function tellNews(engine: Engine, { window, resources }: Pick<Shell, 'window' | 'resources'>): void {
  if (!engine.isSetUp) return
  const { site, world } = engine
  const tell = (saying: Saying, jobId?: string): void =>
    popUp(saying, join(resources, 'icon.png'), world.log, () => {
      window.show()
      window.whenLoaded(() => window.tell('show', { screen: 'today', ...(jobId ? { jobId } : {}) }))
    })
  for (const { id, kind, database, fault } of untoldJobs(site.catalogue)) {
    if (!markTold(site.catalogue, id, world.now()) || fault === null) continue
    tell({ title: desktopTexts.failureTitle(texts.jobs.kind[kind], database), ...fault }, id)
  }
  for (const { code, text } of takeForDesktop(site))
    tell({ title: desktopTexts.alertTitle, text, next: nextStep(code) })
}

/** A mail server that does not answer must not keep anybody from going home. */
const lastWords = (alerts: Watch): Promise<void> => Promise.race([alerts.stop(), wait(lastWordMs)])

function trayState(engine: Engine, isBusy: boolean): TrayState {
  if (!engine.isSetUp)
    return {
      verdict: 'attention',
      sentence: desktopTexts.notSetUp,
      isSetUp: false,
      isRunning: false,
      isPaused: false,
    }
  const { health, sentence, alerts } = engine.status()
  const isPaused = alerts.some(({ code }) => code === 'PAUSED')
  return { verdict: health, sentence, isSetUp: true, isRunning: isBusy, isPaused }
}

/** Other processes write the same catalogue; SQLite's log file changes whenever one of them does. */
function watchData(dataFolder: string, refresh: () => void): void {
  let timer: NodeJS.Timeout | undefined
  watch(dataFolder, (_event, name) => {
    if (name === null || !name.startsWith('catalogue.db')) return
    clearTimeout(timer)
    timer = setTimeout(refresh, settleMs)
  })
}

/** A failed job is told through the catalogue; only what happened before there was a job is left for the log. */
function noteUntold(error: unknown, log: Log): void {
  if (error instanceof CancelledError || error instanceof FaultError) return
  log.error(toFault(error).detail ?? '')
}

async function confirmQuit(): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: desktopTexts.quitQuestion,
    detail: desktopTexts.quitDetail,
    buttons: [desktopTexts.quitNo, desktopTexts.quitYes],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}
