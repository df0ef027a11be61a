import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

export interface TrayState {
  readonly tooltip: string
  readonly pixmap: string
  readonly menu: readonly { readonly label: string; readonly enabled: boolean }[]
}

export interface PopUp {
  readonly title: string
  readonly body: string
}

/** A throw-away desktop: X server, session bus, the notification daemon dunst, and a tray. */
export interface Desktop {
  readonly env: Record<string, string>
  tray(): Promise<TrayState | null>
  trayClick(label: string): Promise<boolean>
  /** How many pop-ups are on the screen now. */
  popUps(): Promise<number>
  /** Clicks the newest pop-up. */
  clickPopUp(): Promise<void>
  /** What pop-ups said that are gone from the screen, newest first. */
  pastPopUps(): Promise<PopUp[]>
  stop(): Promise<void>
}

const run = promisify(execFile)

// Without service folders nothing starts by itself on this bus: what runs is what was asked for.
const busConfig = (folder: string): string => `<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=${folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`

export async function startDesktop(): Promise<Desktop> {
  const folder = mkdtempSync(join(tmpdir(), 'larder-desktop-'))
  const children: ChildProcess[] = []
  const start = (
    command: string,
    args: string[],
    env: Record<string, string>,
    fds: ('pipe' | 'ignore')[],
  ) => {
    const child = spawn(command, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: fds })
    children.push(child)
    return child
  }
  const home = join(folder, 'home')
  for (const name of ['home', 'run', 'config', 'cache']) mkdirSync(join(folder, name), { mode: 0o700 })
  writeFileSync(join(folder, 'bus.conf'), busConfig(join(folder, 'run')))

  const x = start('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {}, [
    'ignore',
    'ignore',
    'ignore',
    'pipe',
  ])
  const display = `:${await firstLine(x.stdio[3])}`
  const bus = start(
    'dbus-daemon',
    [`--config-file=${join(folder, 'bus.conf')}`, '--nofork', '--print-address'],
    {},
    ['ignore', 'pipe', 'ignore'],
  )
  const env = {
    DISPLAY: display,
    DBUS_SESSION_BUS_ADDRESS: await firstLine(bus.stdout),
    HOME: home,
    XDG_RUNTIME_DIR: join(folder, 'run'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_CURRENT_DESKTOP: 'XFCE',
    NO_AT_BRIDGE: '1',
  }
  start('dunst', [], env, ['ignore', 'ignore', 'ignore'])
  const watcher = start('/usr/bin/python3', [join(import.meta.dirname, 'tray-watcher.py')], env, [
    'pipe',
    'pipe',
    'ignore',
  ])
  const ask = await questions(watcher)
  const dunst = async (...args: string[]): Promise<string> =>
    (await run('dunstctl', args, { env: { ...process.env, ...env } })).stdout
  await until(async () =>
    dunst('count').then(
      () => true,
      () => false,
    ),
  )

  return {
    env,
    tray: async () => (await ask('state')) as TrayState | null,
    trayClick: async (label) => (await ask(`click ${label}`)) === true,
    popUps: async () => Number(await dunst('count', 'displayed')),
    clickPopUp: async () => void (await dunst('action', '0')),
    async pastPopUps() {
      await dunst('close-all')
      const history = JSON.parse(await dunst('history')) as {
        data: Record<'summary' | 'body', { data: string }>[][]
      }
      return history.data.flat().map(({ summary, body }) => ({ title: summary.data, body: body.data }))
    },
    async stop() {
      for (const child of children.toReversed()) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const gone = once(child, 'exit')
        child.kill()
        await Promise.race([gone, wait(3000).then(() => child.kill('SIGKILL'))])
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Asks again until the answer is yes. Throws after the limit. */
export async function until(
  question: () => Promise<boolean>,
  limitMs = 15_000,
  everyMs = 100,
): Promise<void> {
  for (const end = Date.now() + limitMs; Date.now() < end; await wait(everyMs)) if (await question()) return
  throw new Error(`still no after ${limitMs} ms`)
}

async function firstLine(stream: unknown): Promise<string> {
  const lines = createInterface({ input: stream as NodeJS.ReadableStream })
  const [line] = (await once(lines, 'line')) as [string]
  lines.close()
  return line
}

async function questions(watcher: ChildProcess): Promise<(line: string) => Promise<unknown>> {
  const { stdin, stdout } = watcher
  if (stdin === null || stdout === null) throw new Error('the tray has no pipes')
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  await lines.next()
  return async (line) => {
    stdin.write(`${line}\n`)
    const { value } = (await lines.next()) as { value: string }
    const reply = JSON.parse(value) as { ok?: unknown; error?: string }
    if (reply.error !== undefined) throw new Error(reply.error)
    return reply.ok
  }
}
