import { app, type Session, type WebContents } from 'electron/main'
import { origin } from './scheme.ts'

/** Whatever the window tries beyond its own pages is refused (Electron security tutorial, items 5, 13 and 14). */
export function refuseEverythingElse(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.webRequest.onBeforeRequest((request, answer) => answer({ cancel: !isOwn(request.url) }))
  app.on('web-contents-created', (_event, contents) => lockIn(contents))
}

const isOwn = (url: string): boolean => url.startsWith(`${origin}/`) || url.startsWith('devtools://')

function lockIn(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('will-navigate', (event) => refuseForeign(event, event.url))
  contents.on('will-frame-navigate', (event) => refuseForeign(event, event.url))
  contents.on('will-redirect', (event) => event.preventDefault())
}

function refuseForeign(event: { preventDefault(): void }, url: string): void {
  if (!isOwn(url)) event.preventDefault()
}
