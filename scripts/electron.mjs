// Which Electron to start, and how. For development and tests; the packaged app is its own executable.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const projectRoot = fileURLToPath(new URL('..', import.meta.url))

/** Where set-up puts the stand-in for Electron's own release (setup/electron-runtime.mjs). */
export const runtimeFolder = join(projectRoot, '.runtime', 'electron')

/** Returns the path of the released Electron below node_modules, or undefined when it was not downloaded. */
export function officialElectron() {
  const folder = join(projectRoot, 'node_modules', 'electron')
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const executable = join(folder, 'dist', readFileSync(pathFile, 'utf8'))
  return existsSync(executable) ? executable : undefined
}

/** Returns the executable and the arguments that start the app; arguments for Larder follow them. */
export function electronLaunch() {
  // Chromium refuses to start its sandbox as root.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const official = officialElectron()
  if (official) return { executablePath: official, args: [projectRoot, ...flags] }

  const executablePath = join(runtimeFolder, 'electron')
  if (!existsSync(executablePath)) throw new Error('There is no Electron yet. Run: npm run setup')
  // The stand-in finds the project itself, through resources/app.
  return { executablePath, args: flags }
}
