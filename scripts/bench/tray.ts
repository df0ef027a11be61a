import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { _electron } from 'playwright'
import { Engine } from '../../electron/engine/engine.ts'
import { startDesktop, until, type Desktop } from '../../test/support/desktop.ts'
import { electronLaunch, officialElectron, runtimeFolder } from '../electron.mjs'
import { startPostgres } from '../private-postgres/server.ts'
import { figure, pssMb, type Figure } from './accounting.ts'
import { plainWorld } from './plain-world.ts'

interface App {
  readonly executablePath: string
  readonly args: readonly string[]
}

const settleMs = 4000

/** Larder in the tray beside an Electron app that has a tray icon and nothing else: memory, and the way to the icon. */
export async function benchTray(folder: string, rounds: number): Promise<Figure[]> {
  const larder = await larderApp(folder)
  const empty = emptyApp(folder)
  const memory: number[] = []
  const startUp: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    // Each start has a desktop of its own, so that no icon of the one before is taken for the new one.
    const ours = await trayOnly(larder, round < 3)
    const theirs = await trayOnly(empty, round < 3)
    startUp.push(ours.startMs / theirs.startMs)
    if (ours.pssMb !== null && theirs.pssMb !== null) memory.push(ours.pssMb - theirs.pssMb)
  }
  const closed = (await afterWindow(larder)) - (await afterWindow(empty))
  return [
    figure('spawn → tray ÷ empty tray app', startUp, 1.5, 1.25),
    figure('tray-only memory over empty tray app (MB)', memory, 40, 25),
    figure('memory after closing the window over empty tray app (MB)', [closed], 40, 25),
  ]
}

async function trayOnly(app: App, weigh: boolean): Promise<{ startMs: number; pssMb: number | null }> {
  const desktop = await startDesktop()
  const from = performance.now()
  const child = spawn(app.executablePath, [...app.args, '--disable-gpu', '--hidden'], {
    env: envOf(desktop),
    stdio: 'ignore',
  })
  try {
    await until(async () => (await desktop.tray()) !== null, 30_000, 5)
    const startMs = performance.now() - from
    if (!weigh) return { startMs, pssMb: null }
    await pause(settleMs)
    return { startMs, pssMb: pssMb(child.pid ?? 0) }
  } finally {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    await desktop.stop()
  }
}

/** Opens the window, closes it, and weighs what stays. The empty app opens an empty window. */
async function afterWindow({ executablePath, args }: App): Promise<number> {
  const desktop = await startDesktop()
  const app = await _electron.launch({
    executablePath,
    args: [...args, '--disable-gpu'],
    env: envOf(desktop),
  })
  try {
    await app.firstWindow()
    await pause(settleMs / 2)
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    await pause(settleMs)
    return pssMb(app.process().pid ?? 0)
  } finally {
    await app.evaluate(({ app: electron }) => electron.exit()).catch(() => undefined)
    await desktop.stop()
  }
}

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
const { app, BrowserWindow, Tray } = require('electron')
app.on('window-all-closed', () => undefined)
app.whenReady().then(() => {
  global.tray = new Tray(require('node:path').join(__dirname, 'icon.png'))
  global.tray.setToolTip('empty')
  if (!process.argv.includes('--hidden')) new BrowserWindow().loadURL('about:blank')
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
