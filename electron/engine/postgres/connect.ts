import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { Client } from 'pg'
import { CancelledError, FaultError } from '../../shared/fault.ts'
import type { Server } from '../../shared/model.ts'
import type { Secret } from '../secret.ts'
import { faultOfConnectError, type ErrorFacts } from './pg-rules.ts'
import {
  certificateCheck,
  mayHelpOtherWay,
  tellingFailure,
  waysToConnect,
  type Failure,
} from './tls-rules.ts'

export interface Login {
  readonly server: Server
  readonly database: string
  readonly password: Secret | undefined
  readonly applicationName: string
  readonly signal: AbortSignal | undefined
}

const connectLimitMs = 10_000

/**
 * Logs in, with TLS exactly as libpq's sslmode means it, and without a look at PG* variables or files of the
 * person logged in. Throws the DB_* fault that fits, or CancelledError.
 */
export async function connect(login: Login): Promise<Client> {
  const { server, database, signal } = login
  const failures: (Failure & { readonly cause: unknown })[] = []
  for (const way of waysToConnect(server)) {
    const tls = way === 'tls' ? await tlsOptions(server) : false
    try {
      return await logIn(login, tls)
    } catch (cause) {
      if (signal?.aborted) throw new CancelledError('The connection was cancelled.', { cause })
      const failure = { ...failureOf(cause), cause }
      failures.push(failure)
      if (!mayHelpOtherWay(failure)) break
    }
  }
  const told = tellingFailure(failures)
  const said = failures.filter((failure) => failure === told || !failure.withoutTls)
  const detail = [...new Set(said.map((failure) => failure.detail))].join('\n')
  throw new FaultError(told?.code ?? 'INTERNAL', { detail, cause: told?.cause, values: { database } })
}

async function logIn(login: Login, tls: ConnectionOptions | false): Promise<Client> {
  const { server, database, password, applicationName, signal } = login
  const client = new Client({
    host: server.host,
    port: server.port,
    user: server.user,
    database,
    // A function is called only when the server asks, and keeps `pg` from reading PGPASSWORD and ~/.pgpass.
    password: () => password?.reveal() ?? refuseWithoutPassword(),
    ssl: tls,
    sslnegotiation: 'postgres',
    application_name: applicationName,
    connectionTimeoutMillis: connectLimitMs,
    keepAlive: true,
  })
  // What is said at start-up is exactly this; `pg` would add what PGOPTIONS holds.
  const startup = { user: server.user, database, application_name: applicationName, client_encoding: 'UTF8' }
  Object.assign(client, { getStartupConf: () => startup })
  // A connection lost while idle shows at the next query; without a listener it would end the process.
  client.on('error', () => undefined)
  const abort = (): void => void client.connection.stream.destroy()
  signal?.throwIfAborted()
  signal?.addEventListener('abort', abort, { once: true })
  client.once('end', () => signal?.removeEventListener('abort', abort))
  await client.connect()
  return client
}

function refuseWithoutPassword(): never {
  throw new FaultError('DB_AUTH', { detail: 'The server asks for a password and none is set.' })
}

/** Throws DB_TLS when the certificate cannot be checked for want of a root certificate. */
async function tlsOptions(server: Server): Promise<ConnectionOptions> {
  const check = certificateCheck(server)
  if (check === 'none') return { rejectUnauthorized: false }
  const ca = await rootCertificate(server)
  const name = check === 'chain' ? { checkServerIdentity: () => undefined } : {}
  return { rejectUnauthorized: true, ...(ca ? { ca } : {}), ...name }
}

/** Undefined: the roots that come with Node, libpq's `sslrootcert=system`. */
async function rootCertificate({ tls, rootCertificate: file }: Server): Promise<string | undefined> {
  if (file === 'system') return undefined
  if (file === undefined) {
    throw new FaultError('DB_TLS', { detail: `sslmode ${tls} needs a root certificate (sslrootcert).` })
  }
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new FaultError('DB_TLS', { detail: `The root certificate ${file} cannot be read.`, cause })
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof FaultError)) return faultOfConnectError(factsOf(error))
  return { code: error.code, detail: error.fault.detail ?? '', withoutTls: false }
}

/** What the rules need of an error. Where a name has several addresses, Node wraps one error for each. */
export function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const inner = error instanceof AggregateError ? error.errors.map((each) => factsOf(each).message) : []
  return { code, message: error.message || inner.join('; ') }
}
