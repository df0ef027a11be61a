import { Notification } from 'electron/main'
import type { Log } from '../engine/world.ts'

export interface Saying {
  readonly title: string
  readonly text: string
  readonly next: string
}

/**
 * Tells of something wrong, until somebody looks. A click opens the reason. A pop-up is never the only channel: the
 * tray icon and the window show the same whether it arrives or not.
 */
export function popUp({ title, text, next }: Saying, icon: string, log: Log, onClick: () => void): void {
  const notification = new Notification({
    title,
    body: forDaemon(`${text}\n${next}`),
    icon,
    urgency: 'critical',
    timeoutType: 'never',
  })
  notification.on('click', onClick)
  notification.on('failed', (_event, error) => log.warn(`the pop-up did not arrive: ${error}`))
  notification.show()
  keep(notification)
}

/** On Linux the body is markup, and a database may be named anything. */
const forDaemon = (text: string): string =>
  process.platform === 'linux'
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    : text

/** A notification that is collected as garbage never hears its click. */
const shown = new Set<Notification>()
function keep(notification: Notification): void {
  shown.add(notification)
  notification.on('close', () => shown.delete(notification))
}
