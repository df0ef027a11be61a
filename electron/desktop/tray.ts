import { join } from 'node:path'
import { Menu, Tray, type MenuItemConstructorOptions } from 'electron/main'
import type { PauseLength } from '../engine/schedule/pause.ts'
import type { Verdict } from '../shared/model.ts'
import { desktopTexts } from '../shared/texts-desktop.ts'

export interface TrayState {
  readonly verdict: Verdict
  /** The verdict in one sentence: tooltip and first line of the menu. */
  readonly sentence: string
  readonly isSetUp: boolean
  readonly isRunning: boolean
  readonly isPaused: boolean
}

export interface TrayActions {
  readonly open: () => void
  readonly backUpNow: () => void
  readonly cancel: () => void
  readonly pause: (length: PauseLength) => void
  readonly resume: () => void
  readonly quit: () => void
}

/** The icon that owners glance at. It starts as *attention*: nothing is known yet, so nothing good is claimed. */
export function makeTray(resources: string, actions: TrayActions) {
  const start: TrayState = {
    verdict: 'attention',
    sentence: desktopTexts.starting,
    isSetUp: false,
    isRunning: false,
    isPaused: false,
  }
  const tray = new Tray(iconFile(resources, start.verdict))
  tray.on('click', actions.open)
  let shown = ''

  const show = (state: TrayState): void => {
    // Setting a menu closes the one that is open, so it is left alone while nothing changed.
    const wanted = JSON.stringify(state)
    if (wanted === shown) return
    shown = wanted
    tray.setImage(iconFile(resources, state.verdict))
    tray.setToolTip(desktopTexts.trayTitle(state.sentence))
    tray.setContextMenu(Menu.buildFromTemplate(menu(state, actions)))
  }
  show(start)
  return { show, destroy: () => tray.destroy() }
}

function menu(
  { sentence, isSetUp, isRunning, isPaused }: TrayState,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  const backUp = isRunning
    ? { label: desktopTexts.cancelBackup, click: actions.cancel }
    : { label: desktopTexts.backUpNow, click: actions.backUpNow, enabled: isSetUp }
  return [
    { label: sentence, enabled: false },
    { type: 'separator' },
    backUp,
    { label: desktopTexts.open, click: actions.open },
    isPaused
      ? { label: desktopTexts.resume, click: actions.resume }
      : { label: desktopTexts.pause, submenu: pauseMenu(actions), enabled: isSetUp },
    { type: 'separator' },
    { label: desktopTexts.quit, click: actions.quit },
  ]
}

const pauseMenu = ({ pause }: TrayActions): MenuItemConstructorOptions[] => [
  { label: desktopTexts.pauseHour, click: () => pause({ ms: 3_600_000 }) },
  { label: desktopTexts.pauseTomorrow, click: () => pause('tomorrow') },
]

/** Each platform wants its own: an .ico with many sizes, a black template, or a PNG that has an @2x beside it. */
function iconFile(resources: string, verdict: Verdict): string {
  const name = { win32: `${verdict}.ico`, darwin: `${verdict}Template.png` }[process.platform as string]
  return join(resources, 'tray', name ?? `${verdict}.png`)
}
