import { randomBytes } from 'node:crypto'
import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { execa } from 'execa'

import { asServerAccount, giveToServer, weAreRoot } from './account.ts'
import { exists, letsOthersIn, newestDebianBinDir } from './binaries.ts'
import { type Keeper, startKeeper } from './keeper.ts'

type PostgresOptions = {
  /** Folder of `initdb`, `pg_ctl` and `postgres`; default is the newest that Debian installed. */
  readonly binDir?: string
  /** Lines for postgresql.conf, which win over ours. Values are written as they are, so quote strings. */
  readonly settings?: Readonly<Record<string, string>>
  /** Default is a free port. */
  readonly port?: number
}

type StopMode = 'fast' | 'immediate'

// Nothing in this server must survive a crash, so it need not wait for the disk. Autovacuum would disturb
// measurements, and one locale and time zone give the same texts on every machine.
const defaultSettings = {
  listen_addresses: "'127.0.0.1'",
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: "'4GB'",
  autovacuum: 'off',
  timezone: "'UTC'",
  log_timezone: "'UTC'",
}

/** A PostgreSQL of our own: a new cluster on 127.0.0.1 with password logins, gone after `await using`. */
export class PrivatePostgres implements AsyncDisposable {
  readonly host = '127.0.0.1'
  readonly user = 'postgres'
  readonly password = randomBytes(18).toString('base64url')
  readonly port: number
  readonly folder: string
  readonly binDir: string
  readonly #keeper: Keeper

  constructor(keeper: Keeper, binDir: string, port: number) {
    this.folder = keeper.folder
    this.binDir = binDir
    this.port = port
    this.#keeper = keeper
  }

  get dataFolder(): string {
    return join(this.folder, 'data')
  }

  get logFile(): string {
    return join(this.folder, 'server.log')
  }

  /** Connection string of the superuser. */
  url(database: string): string {
    const { user, password, host, port } = this
    return `postgresql://${user}:${password}@${host}:${port}/${encodeURIComponent(database)}`
  }

  /** Runs SQL through the client `psql`; returns the bare rows, columns parted by `|`. Throws at the first error. */
  async psql(database: string, sql: string): Promise<string> {
    const ownPsql = join(this.binDir, 'psql')
    const psql = (await exists(ownPsql)) ? ownPsql : join(await newestDebianBinDir('psql'), 'psql')
    const args = [
      '--no-psqlrc',
      '--no-align',
      '--tuples-only',
      '--quiet',
      '--set=ON_ERROR_STOP=1',
      '--file=-',
    ]
    const env = { PGPASSWORD: this.password, PGDATABASE: database, PGCLIENTENCODING: 'UTF8' }
    const connection = [`--host=${this.host}`, `--port=${this.port}`, `--username=${this.user}`]
    const { stdout } = await execa(psql, [...args, ...connection], { env, input: sql })
    return stdout
  }

  /** Makes the cluster; once, before the first `start`. */
  async initialize(settings: Readonly<Record<string, string>>): Promise<void> {
    const passwordFile = join(this.folder, 'password')
    await writeFile(passwordFile, this.password)
    await this.#run('initdb', [
      `--pgdata=${this.dataFolder}`,
      `--username=${this.user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ])
    await rm(passwordFile)
    const place = { port: String(this.port), unix_socket_directories: `'${this.folder}'` }
    const lines = Object.entries({ ...defaultSettings, ...place, ...settings })
    const text = lines.map(([name, value]) => `${name} = ${value}\n`).join('')
    await appendFile(join(this.dataFolder, 'postgresql.conf'), `\n${text}`)
  }

  /** Returns when the server takes connections; throws with its log when it does not start. */
  async start(): Promise<void> {
    const args = ['start', `--pgdata=${this.dataFolder}`, `--log=${this.logFile}`, '--wait', '--silent']
    try {
      await this.#run('pg_ctl', args)
    } catch (cause) {
      const log = await readFile(this.logFile, 'utf8').catch(() => 'no log')
      throw new Error(`PostgreSQL did not start on port ${this.port}:\n${log}`, { cause })
    }
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    await this.#run('pg_ctl', ['stop', `--pgdata=${this.dataFolder}`, `--mode=${mode}`, '--wait', '--silent'])
  }

  /** Like a power cut: SIGKILL to the server and all its sessions. What was committed is back after `start`. */
  async kill(): Promise<void> {
    const pidFile = join(this.dataFolder, 'postmaster.pid')
    const postmaster = Number((await readFile(pidFile, 'utf8')).split('\n', 1)[0])
    const sessions = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8')
    const pids = [postmaster, ...sessions.split(' ').filter(Boolean).map(Number)]
    for (const pid of pids) killIfRunning(pid)
    while ((await Promise.all(pids.map(isRunning))).includes(true)) await pause(5)
    // Where nobody collects dead orphans (a container), the next start would take the old pid for a server.
    await Promise.all([rm(pidFile), rm(join(this.folder, `.s.PGSQL.${this.port}.lock`))])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper.release()
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const [command, commandArgs] = asServerAccount(join(this.binDir, program), args)
    const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' }
    await execa(command, commandArgs, { env, extendEnv: false, cwd: this.folder, stdin: 'ignore' })
  }
}

/** Starts a new, empty PostgreSQL. Nothing of it stays behind, not even when our process is killed. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PrivatePostgres> {
  const binDir = options.binDir ?? (await newestDebianBinDir())
  const port = options.port ?? (await freePort())
  // In a checkout under a private folder the server's account cannot reach node_modules: it gets a copy.
  const outOfReach = weAreRoot && !(await letsOthersIn(binDir))
  const keeper = await startKeeper()
  const copy = join(keeper.folder, 'programs')
  const server = new PrivatePostgres(keeper, outOfReach ? join(copy, 'bin') : binDir, port)
  try {
    if (outOfReach) await copyPrograms(dirname(binDir), copy)
    await server.initialize(options.settings ?? {})
    await server.start()
    return server
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
}

// The folder above `bin`, as the programs find `lib` and `share` beside it.
async function copyPrograms(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true })
  await giveToServer(to)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port.')
  return address.port
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}

// A dead process that its parent has not collected yet still has an entry, with the state Z.
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status !== '' && !status.includes(') Z ')
}
