import type { Client } from 'pg'
import * as z from 'zod'
import { CancelledError, FaultError } from '../../shared/fault.ts'
import type { Server } from '../../shared/model.ts'
import type { Secret } from '../secret.ts'
import { connect, factsOf } from './connect.ts'
import { faultOfQueryError } from './pg-rules.ts'
import { steadySettings } from './steady-settings.ts'

/** A login to one database. Every method throws the DB_* fault that fits, or CancelledError after an abort. */
export interface Session extends AsyncDisposable {
  /** The rows of one statement, each parsed by `row`. bigint and numeric arrive as text. */
  query<Row>(row: z.ZodType<Row>, sql: string, params?: readonly unknown[]): Promise<Row[]>
  /** Like `query` for a statement that answers exactly one row. */
  one<Row>(row: z.ZodType<Row>, sql: string, params?: readonly unknown[]): Promise<Row>
  /** One or several statements whose answer does not matter. */
  run(sql: string): Promise<void>
  /** Logs out. Never throws, and never waits for a server that does not answer. */
  end(): Promise<void>
}

export interface SessionOptions {
  /** Ends the session, and with it whatever it is doing. */
  readonly signal?: AbortSignal
  /** Shown in the server's list of sessions. */
  readonly applicationName?: string
}

/** Logs in, and makes the session independent of how server, database and role are configured where it can. */
export async function openSession(
  server: Server,
  database: string,
  password: Secret | undefined,
  { signal, applicationName = 'larder' }: SessionOptions = {},
): Promise<Session> {
  const client = await connect({ server, database, password, applicationName, signal })
  const ask = async (sql: string, params?: readonly unknown[]): Promise<readonly unknown[]> => {
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql, params && [...params])
      return rows
    } catch (cause) {
      if (signal?.aborted) throw new CancelledError('The session was cancelled.', { cause })
      const { code, detail } = faultOfQueryError(factsOf(cause))
      throw new FaultError(code, { detail, cause, values: { database } })
    }
  }
  const query = async <Row>(row: z.ZodType<Row>, sql: string, params?: readonly unknown[]): Promise<Row[]> =>
    (await ask(sql, params)).map((each) => row.parse(each))
  const end = async (): Promise<void> => {
    const limit = setTimeout(() => client.connection.stream.destroy(), endLimitMs)
    await client.end().catch(() => undefined)
    clearTimeout(limit)
  }
  const session: Session = {
    query,
    one: async (row, sql, params) => {
      const [first] = await query(row, sql, params)
      if (first === undefined) throw new FaultError('INTERNAL', { detail: `No row came from: ${sql}` })
      return first
    },
    run: async (sql) => void (await ask(sql)),
    end,
    [Symbol.asyncDispose]: end,
  }
  await settle(session, client)
  return session
}

const endLimitMs = 2000

/** Throws, after logging out, when the server does not even take settings. */
async function settle(session: Session, client: Client): Promise<void> {
  try {
    const { pid } = await session.one(Backend, 'SELECT pg_backend_pid() AS pid')
    // Behind a pooler the login was with the pooler, which may give our session, settings and all, to the till's
    // next transaction. A till that finds its search_path changed stands still; so nothing is set there but
    // inside transactions (exportSnapshot).
    const isDirect = 'processID' in client && client.processID === pid
    if (isDirect) await session.run(steadySettings('session'))
  } catch (error) {
    await session.end()
    throw error
  }
}

const Backend = z.object({ pid: z.number() })
