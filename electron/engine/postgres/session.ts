import type * as z from 'zod'
import { CancelledError, FaultError } from '../../shared/fault.ts'
import type { Server } from '../../shared/model.ts'
import type { Secret } from '../secret.ts'
import { connect, factsOf } from './connect.ts'
import { faultOfQueryError } from './pg-rules.ts'

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

/** Logs in and makes the session independent of how server, database and role are configured. */
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
  await settle(session)
  return session
}

const endLimitMs = 2000

/**
 * Settings of roles and databases (`ALTER ROLE … SET`) would change answers or cut the session off. The last
 * one makes the server give up a long count within seconds when Larder is gone; only Linux servers know how.
 */
async function settle(session: Session): Promise<void> {
  try {
    await session.run(settings)
  } catch (error) {
    await session.end()
    throw error
  }
}

const settings = `
SET search_path = pg_catalog;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT set_config(s.name, wanted.value, false)
FROM pg_settings AS s
JOIN (VALUES
  ('lock_timeout', '30s'),
  ('statement_timeout', '0'),
  ('transaction_timeout', '0'),
  ('idle_in_transaction_session_timeout', '0'),
  ('idle_session_timeout', '0'),
  ('datestyle', 'ISO'),
  ('intervalstyle', 'postgres'),
  ('timezone', 'UTC'),
  ('quote_all_identifiers', 'off'),
  ('client_connection_check_interval', '5s')
) AS wanted (name, value) ON lower(s.name) = wanted.name
WHERE wanted.name <> 'client_connection_check_interval' OR version() LIKE '%linux%'`
