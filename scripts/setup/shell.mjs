// How set-up talks: to the person in front of it, and to other programs.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

const onWindows = process.platform === 'win32'

/** The Node of the `node` package: newer than the one set-up may be running on, and what some tools ask for. */
export const developmentNode = join(projectRoot, 'node_modules/node/bin', onWindows ? 'node.exe' : 'node')

/** Something the person at the keyboard has to see to; the message says what. */
export class SetupError extends Error {}

export function say(line) {
  process.stdout.write(`${line}\n`)
}

/**
 * Runs a program to its end and returns what it wrote to stdout. Its output is shown only when it fails,
 * as the message of a SetupError.
 */
export function run(command, args, options = {}) {
  const { env, ...rest } = options
  const result = spawnSync(command, args, {
    cwd: projectRoot,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...rest,
    env: { ...process.env, ...env },
  })
  if (result.status === 0) return result.stdout
  const said = [result.error?.message, result.stdout, result.stderr].filter(Boolean).join('\n').trim()
  throw new SetupError(`"${command} ${args.join(' ')}" failed:\n${shortened(said)}`)
}

// Compilers say what is wrong at the beginning, installers at the end.
function shortened(text) {
  return text.length <= 5_000 ? text : `${text.slice(0, 3_000)}\n[…]\n${text.slice(-2_000)}`
}

/** npm is a script on Windows, which only a shell can start. */
export function npm(args, options = {}) {
  return run('npm', args, { shell: onWindows, ...options })
}

/** Tells whether a program of that name is on the PATH. */
export function hasCommand(name) {
  const endings = onWindows ? ['.exe', '.cmd'] : ['']
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => endings.some((ending) => existsSync(join(folder, name + ending))))
}
