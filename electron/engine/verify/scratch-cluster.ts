import { randomBytes } from 'node:crypto'
import { appendFile, chown, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { FaultError } from '../../shared/fault.ts'
import type { Server } from '../../shared/model.ts'
import type { Account } from '../postgres/account.ts'
import { passedOver, searchTools } from '../postgres/find-tools.ts'
import { lastLines } from '../postgres/pg-rules.ts'
import { requireSuccess, startTool, type ToolOptions } from '../postgres/run-tool.ts'
import { chooseServer, type ServerPrograms } from '../postgres/tool-rules.ts'
import { Secret } from '../secret.ts'
import { clusterSettings } from './cluster-settings-rules.ts'
import { clusterIn, endCluster, type ProofFolder } from './proof-folder.ts'

/** A PostgreSQL server of our own, with nothing in it that must survive. */
export interface ScratchCluster {
  readonly server: Server
  readonly password: Secret
  /** Ends it at once. Never throws. */
  stop(): Promise<void>
}

interface Order {
  readonly programs: ServerPrograms
  readonly folder: ProofFolder
  readonly account: Account | undefined
  readonly signal: AbortSignal
  readonly onChild: (pid: number) => void
}

/** The server's own programs of this major version on this computer. Throws TOOL_NOT_FOUND. */
export async function serverPrograms(major: number): Promise<ServerPrograms> {
  const { found, broken } = await searchTools()
  const programs = chooseServer(found, major)
  if (programs !== undefined) return programs
  const need = `A proof restores into a server of its own and needs the server programs of PostgreSQL ${major} (initdb, pg_ctl, postgres), not only the client tools.`
  throw new FaultError('TOOL_NOT_FOUND', { detail: [need, ...passedOver(broken)].join('\n') })
}

const initLimitMs = 120_000

/**
 * Makes and starts a private cluster: reached by nobody but us, through a socket in our folder or, on Windows, a
 * port of this computer only, and with a password that nobody else knows. It does not wait for the disk, which no
 * other cluster may ever do. Behind everything else on this computer.
 */
export async function startCluster(order: Order): Promise<ScratchCluster> {
  const { programs, folder, account, signal } = order
  const cluster = clusterIn(folder)
  const password = new Secret(randomBytes(24).toString('hex'))
  const user = `larder_${randomBytes(6).toString('hex')}`
  const options = { account, lowPriority: true, timeLimitMs: initLimitMs }
  await initialize(order, { cluster, password, user, options: { ...options, signal } })
  const isWindows = process.platform === 'win32'
  const port = isWindows ? await freePort() : 5432
  const settings = clusterSettings({ port, socketFolder: isWindows ? null : folder.sockets })
  await appendFile(join(cluster, 'postgresql.conf'), settings)

  // Not to be cancelled half-way: a server that is just starting could not be found to be ended.
  const log = join(folder.home, 'server.log')
  const pgCtl = (...args: readonly string[]) =>
    run(programs.pgCtl, ['--pgdata', cluster, '--silent', '--wait', ...args], options)
  const stop = async (): Promise<void> => {
    await pgCtl('--mode=immediate', 'stop').catch(() => undefined)
    await endCluster(cluster).catch(() => undefined)
  }
  try {
    signal.throwIfAborted()
    await pgCtl('--log', log, 'start')
  } catch (error) {
    await stop()
    if (!(error instanceof FaultError)) throw error
    throw new FaultError('DUMP_FAILED', { detail: await saidBy(log, error), cause: error })
  }
  const host = isWindows ? '127.0.0.1' : folder.sockets
  return { server: { host, port, user, database: 'postgres', tls: 'disable' }, password, stop }
}

interface Making {
  readonly cluster: string
  readonly password: Secret
  readonly user: string
  readonly options: ToolOptions
}

async function initialize(
  { programs, folder, account, onChild }: Order,
  { cluster, password, user, options }: Making,
): Promise<void> {
  const passwordFile = join(folder.home, 'password')
  await writeFile(passwordFile, `${password.reveal()}\n`, { mode: 0o600 })
  if (account) await chown(passwordFile, account.uid, account.gid)
  const args = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, `--username=${user}`]
  const ours = ['--encoding=UTF8', '--locale=C', '--no-sync']
  await run(programs.initdb, [`--pgdata=${cluster}`, ...args, ...ours], options, onChild)
}

async function run(
  path: string,
  args: readonly string[],
  options: ToolOptions,
  onChild?: (pid: number) => void,
): Promise<void> {
  const tool = startTool(path, args, options)
  if (tool.pid !== undefined) onChild?.(tool.pid)
  tool.stdout.resume()
  requireSuccess(await tool.ended)
}

const saidBy = async (log: string, error: FaultError): Promise<string> =>
  lastLines(`${error.fault.detail ?? ''}\n${await readFile(log, 'utf8').catch(() => '')}`)

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
