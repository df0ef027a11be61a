import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Engine } from '../../electron/engine/engine.ts'
import { desktopTexts } from '../../electron/shared/texts-desktop.ts'
import { startDesktop, until, type Desktop } from '../../test/support/desktop.ts'
import { electronLaunch, officialElectron, runtimeFolder } from '../electron.mjs'
import { startPostgres } from '../private-postgres/server.ts'
import { commandLines, figure, pssMb, run, type Figure } from './accounting.ts'
import { plainWorld } from './plain-world.ts'

interface App {
  readonly executablePath: string
  readonly args: readonly string[]
}

const settleMs = 4000
/** Half a minute later V8 has given back what the window took. */
const afterwardsMs = 30_000
const weighedRounds = 3

/** Larder in the tray beside an Electron app that has a tray icon and nothing else: memory, and the way to the icon. */
export async function benchTray(folder: string, rounds: number): Promise<Figure[]> {
  const larder = await larderApp(folder)
  const empty = emptyApp(folder)
  const startUp: number[] = []
  const memory: number[] = []
  const memoryAfterwards: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const weigh = round < weighedRounds
    const ours = await start(larder, async (running) => ({
      ...running,
      hiddenMb: weigh ? await settled(running) : Number.NaN,
      closedMb: weigh ? await openAndClose(running) : Number.NaN,
    }))
    const theirs = await start(empty, async (running) => ({
      ...running,
      hiddenMb: weigh ? await settled(running) : Number.NaN,
    }))
    startUp.push(ours.startMs / theirs.startMs)
    if (!weigh) continue
    memory.push(ours.hiddenMb - theirs.hiddenMb)
    memoryAfterwards.push(ours.closedMb - theirs.hiddenMb)
  }
  return [
    figure('spawn → tray ÷ empty tray app', startUp, 1.5, 1.25),
    figure('tray-only memory over empty tray app (MB)', memory, 40, 25),
    figure('the same after opening and closing the window (MB)', memoryAfterwards, 40, 25),
  ]
}

interface Running {
  readonly desktop: Desktop
  readonly pid: number
  /** From the start of the program until its icon was in the tray. */
  readonly startMs: number
}

/** Each start has a desktop of its own, so that no icon of the one before is taken for the new one. */
async function start<T>({ executablePath, args }: App, look: (running: Running) => Promise<T>): Promise<T> {
  const desktop = await startDesktop()
  const from = performance.now()
  const child = spawn(executablePath, [...args, '--disable-gpu', '--hidden'], {
    env: envOf(desktop),
    stdio: 'ignore',
  })
  try {
    await until(async () => (await desktop.tray()) !== null, 30_000, 5)
    return await look({ desktop, pid: child.pid ?? 0, startMs: performance.now() - from })
  } finally {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    await desktop.stop()
  }
}

async function settled({ pid }: Running): Promise<number> {
  await pause(settleMs)
  return pssMb(pid)
}

/** Opens the window from the tray, closes it as a person does, and weighs what stays. */
async function openAndClose({ desktop, pid }: Running): Promise<number> {
  await desktop.trayClick(desktopTexts.open)
  await until(async () => hasWindow(pid))
  await pause(settleMs)
  await run('python3', [join(import.meta.dirname, 'close-windows.py')], envOf(desktop))
  await until(async () => !hasWindow(pid))
  await pause(afterwardsMs)
  return pssMb(pid)
}

const hasWindow = (pid: number): boolean => commandLines(pid).some((line) => line.includes('--type=renderer'))

const envOf = (desktop: Desktop): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  LANG: 'C.UTF-8',
  ...desktop.env,
})

/** Larder set up and with a backup, as it sits in the tray of a restaurant. */
async function larderApp(folder: string): Promise<App> {
  await using server = await startPostgres()
  await server.psql('postgres', 'CREATE DATABASE pos')
  await server.psql('pos', 'CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id')
  const dataFolder = join(folder, 'tray')
  const engine = await Engine.open(plainWorld(dataFolder))
  await engine.setUp({
    siteName: 'Benchmark',
    server: { host: server.host, port: server.port, user: server.user, database: 'pos', tls: 'disable' },
    password: server.password,
    plan: 'production',
    databases: ['pos'],
    folder: join(folder, 'tray-backups'),
    encrypt: true,
  })
  await engine.backUp('pos')
  engine.close()
  const { executablePath, args } = electronLaunch()
  return { executablePath, args: [...args, '--data', dataFolder] }
}

const emptyMain = `
const { app, Tray } = require('electron')
app.on('window-all-closed', () => undefined)
app.whenReady().then(() => {
  global.tray = new Tray(require('node:path').join(__dirname, 'icon.png'))
  global.tray.setToolTip('empty')
})
`

function emptyApp(folder: string): App {
  const { executablePath, args } = electronLaunch()
  const app = officialElectron() ? join(folder, 'empty') : standInFor(folder)
  mkdirSync(app, { recursive: true })
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'empty', main: 'main.cjs' }))
  writeFileSync(join(app, 'main.cjs'), emptyMain)
  cpSync(join(import.meta.dirname, '../../resources/tray/protected.png'), join(app, 'icon.png'))
  const flags = args.filter((arg) => arg.startsWith('--'))
  return officialElectron()
    ? { executablePath, args: [app, ...flags] }
    : { executablePath: join(folder, 'runtime/electron'), args: flags }
}

/** The stand-in starts only what lies in its own folder, so the empty app gets a copy of it. */
function standInFor(folder: string): string {
  cpSync(runtimeFolder, join(folder, 'runtime'), { recursive: true, verbatimSymlinks: true })
  const app = join(folder, 'runtime/resources/app')
  rmSync(app, { recursive: true, force: true })
  return app
}
