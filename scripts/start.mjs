// `npm start`: sets up, builds what is out of date, and opens Larder. Arguments after `--` go to Larder.
import { spawn, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isBuildOutOfDate } from './build-age.mjs'
import { electronLaunch } from './electron.mjs'

const projectRoot = dirname(fileURLToPath(new URL('.', import.meta.url)))

if (!hasDisplay()) {
  process.stderr.write('Larder needs a screen. Without one, start it with: xvfb-run -a npm start\n')
  process.exit(1)
}
runOrExit(process.execPath, [join(projectRoot, 'scripts/setup.mjs')])
if (isBuildOutOfDate(projectRoot)) runOrExit('npm', ['run', 'build'])
launch(process.argv.slice(2))

function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

function runOrExit(command, args) {
  const shell = command === 'npm' && process.platform === 'win32'
  const { status } = spawnSync(command, args, { cwd: projectRoot, stdio: 'inherit', shell })
  if (status !== 0) process.exit(status ?? 1)
}

function launch(larderArgs) {
  const { executablePath, args } = electronLaunch()
  // On Linux, Electron then takes Wayland where there is no X server.
  const env = { ELECTRON_OZONE_PLATFORM_HINT: 'auto', ...process.env }
  const child = spawn(executablePath, [...args, ...larderArgs], { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
