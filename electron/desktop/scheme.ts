import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import { protocol, type Session } from 'electron/main'

const scheme = 'larder'
export const origin = `${scheme}://app`
export const startPage = `${origin}/index.html`

/** Files of the window's own origin and nothing else: no inline code, no network, no frames, no forms. */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "worker-src 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Before the app is ready: makes `larder://` an origin of its own, as strict as https. */
export const registerScheme = (): void =>
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true } }])

/** Answers `larder://app/…` with the built window's files, and with nothing from outside that folder. */
export function serveWindow(session: Session, folder: string): void {
  session.protocol.handle(scheme, async (request) => {
    const { host, pathname } = new URL(request.url)
    const file = resolve(join(folder, decodeURIComponent(pathname)))
    const contentType = contentTypes[extname(file)]
    if (host !== 'app' || !file.startsWith(folder + sep) || contentType === undefined) return notFound()
    const body = await readFile(file).catch(() => undefined)
    if (body === undefined) return notFound()
    const headers = {
      'content-type': contentType,
      'content-security-policy': contentPolicy,
      'x-content-type-options': 'nosniff',
    }
    return new Response(new Uint8Array(body), { headers })
  })
}

const notFound = (): Response => new Response(null, { status: 404 })
