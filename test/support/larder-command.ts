import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { runCommand } from '../../electron/command/run-command.ts'
import type { PrivatePostgres } from './postgres-server.ts'

export interface Answer {
  readonly exitCode: number
  readonly out: string
  readonly note: string
  /** What was on standard output, which must be one JSON document. */
  readonly json: () => unknown
}

export interface Call {
  readonly dataFolder: string
  readonly env?: Readonly<Record<string, string>>
  /** What comes on standard input. */
  readonly input?: string
}

const answer = (exitCode: number, out: string, note: string): Answer => ({
  exitCode,
  out,
  note,
  json: () => JSON.parse(out) as unknown,
})

/** Runs the command in this process, with everything it says caught. */
export async function larder(args: readonly string[], { dataFolder, env, input }: Call): Promise<Answer> {
  const said = { out: '', note: '' }
  const exitCode = await runCommand(args, {
    env: { LARDER_DATA: dataFolder, ...env },
    out: (words) => void (said.out += words),
    note: (words) => void (said.note += words),
    columns: () => undefined,
    readInput: () => Promise.resolve(input ?? ''),
    signal: new AbortController().signal,
    flush: () => Promise.resolve(),
  })
  return answer(exitCode, said.out, said.note)
}

const headless = fileURLToPath(new URL('../../electron/headless.ts', import.meta.url))

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Answer>
}

/** Starts the command in a process of its own, as a shell would. */
export function startLarder(args: readonly string[], call: Call & { readonly cwd?: string }): Started {
  const child = spawn(process.execPath, [headless, ...args], {
    cwd: call.cwd,
    env: { PATH: process.env['PATH'], LARDER_DATA: call.dataFolder, ...call.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(call.input ?? '')
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([out, note, [code]]) => answer(Number(code), out, note),
  )
  return { child, ended }
}

/** A site that was set up by the command. */
export interface CommandSite {
  readonly dataFolder: string
  readonly folder: string
  readonly keyFile: string
  readonly run: (...args: string[]) => Promise<Answer>
}

/** Sets a site up below `place`, and says how to call its command. */
export async function makeCommandSite(
  server: PrivatePostgres,
  place: string,
  databases: readonly string[],
): Promise<CommandSite> {
  const name = databases.join('-')
  const dataFolder = join(place, name)
  const folder = join(place, `${name}-backups`)
  const keyFile = join(place, `${name}-key.txt`)
  const where = setupArguments(server, databases[0] ?? '', folder)
  const made = await larder(
    ['setup', ...where, '--databases', databases.join(','), '--recovery-key-out', keyFile],
    { dataFolder, env: { PGPASSWORD: server.password } },
  )
  if (made.exitCode !== 0) throw new Error(made.note)
  return { dataFolder, folder, keyFile, run: (...args) => larder(args, { dataFolder }) }
}

/** What to type after `setup` for a server of our own. */
export const setupArguments = (server: PrivatePostgres, database: string, folder: string): string[] => [
  '--url',
  `postgresql://${server.user}@${server.host}:${server.port}/${encodeURIComponent(database)}`,
  '--folder',
  folder,
]
