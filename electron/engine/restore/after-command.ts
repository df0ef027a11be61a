import { execa } from 'execa'
import type { AfterCommand, AfterResult } from '../../shared/restore-model.ts'
import { connectionEnv } from '../postgres/tool-arguments.ts'
import type { Target } from './target.ts'

const outputLimit = 64 * 1024
const timeLimitMs = 30 * 60_000

/**
 * Runs the program that belongs to a restore, such as the till's own migration, and keeps the end of what it said.
 * It inherits this computer's environment, because it is the technician's own program, and finds the restored
 * database in libpq's variables and in DATABASE_URL. Never throws for what the program does: that is told as data.
 */
export async function runAfter(
  { argv, folder }: AfterCommand,
  target: Target,
  database: string,
  signal: AbortSignal,
): Promise<AfterResult> {
  const [program = '', ...args] = argv
  const output: string[] = []
  let kept = 0
  const keep = (chunk: Buffer): void => {
    output.push(chunk.toString('utf8'))
    kept += chunk.length
    while (kept > 2 * outputLimit && output.length > 1) kept -= output.shift()?.length ?? 0
  }
  const child = execa(program, args, {
    env: { ...connectionEnv(target.server, database, target.password), DATABASE_URL: url(target, database) },
    ...(folder === undefined ? {} : { cwd: folder }),
    stdin: 'ignore',
    buffer: false,
    reject: false,
    windowsHide: true,
    timeout: timeLimitMs,
    cancelSignal: signal,
  })
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const { exitCode, originalMessage } = await child
  const said = output.join('').slice(-outputLimit)
  const command = argv.join(' ')
  return { command, code: exitCode ?? null, output: withoutPassword(said || (originalMessage ?? ''), target) }
}

/** As libpq and most till software read it; a socket folder goes into the query part. */
function url({ server, password }: Target, database: string): string {
  const { host, port, user, tls } = server
  const login = [user, ...(password ? [password.reveal()] : [])].map(encodeURIComponent).join(':')
  const query = new URLSearchParams({ sslmode: tls })
  const isSocket = host.startsWith('/')
  if (isSocket) query.set('host', host)
  const place = isSocket ? '' : host.includes(':') ? `[${host}]` : host
  return `postgresql://${login}@${place}:${port}/${encodeURIComponent(database)}?${query.toString()}`
}

/** Programs like to print how they connect; the report and the catalogue must not know it (INV-26). */
function withoutPassword(text: string, { password }: Target): string {
  const secret = password?.reveal() ?? ''
  if (secret === '') return text
  return text.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***')
}
