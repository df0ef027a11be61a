// For developers: builds on every change, and starts the app anew when main process or window have changed.
// Arguments go to the app: npm run dev -- --data <folder>
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { electronLaunch } from './electron.mjs'

const projectRoot = fileURLToPath(new URL('..', import.meta.url))
const configs = ['electron/vite.config.ts', 'electron/preload.vite.config.ts', 'renderer/vite.config.ts']
const { executablePath, args } = electronLaunch()
// One change can rebuild several parts; the app starts once when all are still.
const settleMs = 400
let app
let timer

function restart() {
  clearTimeout(timer)
  timer = setTimeout(() => {
    app?.removeAllListeners('exit')
    app?.kill()
    app = spawn(executablePath, [...args, ...process.argv.slice(2)], { stdio: 'inherit' })
    // Quitting the app from its tray ends the session; a restart does not.
    app.once('exit', (code) => process.exit(code ?? 0))
  }, settleMs)
}

for (const configFile of configs) {
  // The preload build shares the folder of the main build, so it comes second and each is awaited.
  const watcher = await build({
    configFile: join(projectRoot, configFile),
    build: { watch: {} },
    logLevel: 'warn',
  })
  await new Promise((built) => {
    watcher.on('event', (event) => {
      if (event.code === 'ERROR') console.error(event.error.message)
      if (event.code !== 'END') return
      built()
      restart()
    })
  })
}
