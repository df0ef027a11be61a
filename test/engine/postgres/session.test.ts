import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { openSession } from '../../../electron/engine/postgres/session.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { CancelledError } from '../../../electron/shared/fault.ts'
import { startPostgres, type PrivatePostgres } from '../../support/postgres-server.ts'
import { faultOf, sessionOf, wayTo } from './login.ts'

let postgres: PrivatePostgres
const password = () => new Secret(postgres.password)

beforeAll(async () => {
  postgres = await startPostgres()
  await postgres.psql('postgres', `CREATE ROLE pos LOGIN PASSWORD 'pos'; CREATE TABLE orders (id int)`)
})
afterAll(async () => postgres[Symbol.asyncDispose]())

describe('a session', () => {
  test('answers with rows that were parsed', async () => {
    await using session = await sessionOf(postgres, 'postgres')
    const Row = z.object({ n: z.number(), text: z.string() })
    const rows = await session.query(Row, 'SELECT n, $1::text AS text FROM generate_series(1, 2) AS n', [
      'äöü 💥',
    ])
    expect(rows).toEqual([
      { n: 1, text: 'äöü 💥' },
      { n: 2, text: 'äöü 💥' },
    ])
  })

  test('does not care how the role and the database are configured', async () => {
    await postgres.psql(
      'postgres',
      `CREATE ROLE odd LOGIN PASSWORD 'odd'; CREATE SCHEMA odd AUTHORIZATION odd;
       CREATE FUNCTION odd.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT 1 / 0 $$;
       ALTER ROLE odd SET search_path = odd, pg_catalog; ALTER ROLE odd SET client_encoding = 'LATIN1';
       ALTER ROLE odd SET statement_timeout = '200ms'; ALTER ROLE odd SET quote_all_identifiers = on`,
    )
    await using session = await sessionOf(postgres, 'postgres', 'odd')
    const answer = await session.one(
      z.object({ text: z.string(), quoted: z.string() }),
      `SELECT 'Käse 💥' AS text, format('%I', 'plain') AS quoted FROM pg_sleep(0.5)`,
    )
    expect(answer).toEqual({ text: 'Käse 💥', quoted: 'plain' })
  })

  test('is not influenced by PG* variables of whoever runs Larder', async () => {
    const elsewhere = {
      PGHOST: 'till.invalid',
      PGPORT: '1',
      PGUSER: 'nobody',
      PGPASSWORD: 'x',
      PGDATABASE: 'none',
    }
    const more = { PGOPTIONS: '-c lock_timeout=1', PGSSLMODE: 'verify-full', PGREPLICATION: 'database' }
    for (const [name, value] of Object.entries({ ...elsewhere, ...more })) vi.stubEnv(name, value)
    try {
      await using session = await sessionOf(postgres, 'postgres')
      const Answer = z.object({ user: z.string(), lock: z.string() })
      const sql = `SELECT current_user AS "user", current_setting('lock_timeout') AS lock`
      expect(await session.one(Answer, sql)).toEqual({ user: 'postgres', lock: '30s' })
      const fault = await faultOf(openSession(wayTo(postgres), 'postgres', undefined))
      expect(fault.code).toBe('DB_AUTH')
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('reaches a server through the folder of its socket', async () => {
    await using session = await openSession(
      wayTo(postgres, { host: postgres.folder }),
      'postgres',
      password(),
    )
    expect(await session.query(z.object({ one: z.number() }), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('ends quietly, also when it has ended before', async () => {
    const session = await sessionOf(postgres, 'postgres')
    await session.end()
    await expect(session.end()).resolves.toBeUndefined()
  })
})

describe('a login that fails', () => {
  test.each([
    ['a wrong password', { password: 'wrong' }, 'DB_AUTH'],
    ['no password', { password: undefined }, 'DB_AUTH'],
    ['an unknown user', { user: 'ghost' }, 'DB_AUTH'],
    ['an unknown database', { database: 'gone' }, 'DB_NOT_FOUND'],
    ['an unknown host', { host: 'till.invalid' }, 'DB_HOST_UNKNOWN'],
    ['a closed port', { port: 1 }, 'DB_UNREACHABLE'],
    ['a closed port of a name with two addresses', { host: 'localhost', port: 1 }, 'DB_UNREACHABLE'],
    ['no socket in the folder', { host: '/tmp', port: 1 }, 'DB_UNREACHABLE'],
    ['a server without TLS', { tls: 'require' }, 'DB_TLS'],
    ['verification without a root certificate', { tls: 'verify-full' }, 'DB_TLS'],
    ['a root certificate that is not there', { tls: 'verify-ca', rootCertificate: '/nowhere.pem' }, 'DB_TLS'],
  ] as const)('because of %s is told as %s', async (_, change, code) => {
    const { database = 'postgres', ...way } = { ...(change as { database?: string }), ...change }
    const secret = 'password' in change ? change.password : postgres.password
    const login = openSession(
      wayTo(postgres, { ...way, database }),
      database,
      secret ? new Secret(secret) : undefined,
    )
    const fault = await faultOf(login)
    expect(fault.code).toBe(code)
    expect(fault.fault.detail).toBeTruthy()
  })

  test('names the database that is not there', async () => {
    const fault = await faultOf(openSession(wayTo(postgres), 'old shop', password()))
    expect(fault.fault.text).toContain('“old shop”')
  })

  test('because the role has all its connections is DB_TOO_MANY', async () => {
    await postgres.psql('postgres', `CREATE ROLE shy LOGIN PASSWORD 'shy' CONNECTION LIMIT 0`)
    expect((await faultOf(sessionOf(postgres, 'postgres', 'shy'))).code).toBe('DB_TOO_MANY')
  })

  test.each([
    ['57P03', 'the database system is starting up', 'DB_STARTING'],
    ['08P01', 'unsupported startup parameter: application_name', 'DB_POOLER'],
    ['53300', 'sorry, too many clients already', 'DB_TOO_MANY'],
  ])('with %s, %j is %s', async (sqlState, message, code) => {
    await using server = await pretendServer((socket) => socket.end(errorResponse(sqlState, message)))
    const fault = await faultOf(openSession(wayTo(postgres, { port: server.port }), 'postgres', password()))
    expect(fault.code).toBe(code)
    expect(fault.fault.detail).toBe(message)
  })

  test('because something else listens there is DB_UNREACHABLE', async () => {
    await using server = await pretendServer((socket) => socket.destroy())
    const way = wayTo(postgres, { port: server.port, tls: 'disable' })
    expect((await faultOf(openSession(way, 'postgres', password()))).code).toBe('DB_UNREACHABLE')
  })

  test('because nothing ever answers is DB_UNREACHABLE after 10 s', async () => {
    await using server = await pretendServer(() => undefined)
    const way = wayTo(postgres, { port: server.port, tls: 'disable' })
    const startedAt = Date.now()
    expect((await faultOf(openSession(way, 'postgres', password()))).code).toBe('DB_UNREACHABLE')
    expect(Date.now() - startedAt).toBeLessThan(13_000)
  })

  test('keeps the password out of the fault and of everything behind it', async () => {
    const secret = 'c4nary-in-the-m1ne'
    const logins = [wayTo(postgres), wayTo(postgres, { port: 1 }), wayTo(postgres, { tls: 'require' })]
    for (const way of logins) {
      const fault = await faultOf(openSession(way, 'postgres', new Secret(secret)))
      expect(inspect(fault, { depth: 20, showHidden: true })).not.toContain(secret)
    }
  })
})

const end = async (name: string) =>
  postgres.psql(
    'postgres',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name}'`,
  )

const countOf = async (name: string): Promise<string> =>
  postgres.psql(
    'postgres',
    `SELECT count(*) FROM pg_stat_activity WHERE application_name = '${name}' AND state = 'active'`,
  )

describe('a session that breaks', () => {
  const Nothing = z.object({})
  test('while it is idle tells so at the next question', async () => {
    await using session = await openSession(wayTo(postgres), 'postgres', password(), {
      applicationName: 'idle',
    })
    await end('idle')
    const asking = vi.waitFor(async () => {
      expect((await faultOf(session.query(Nothing, 'SELECT'))).code).toBe('DB_CONNECTION_LOST')
    }, 5000)
    await asking
  })

  test('while it works is DB_CONNECTION_LOST', async () => {
    await using session = await openSession(wayTo(postgres), 'postgres', password(), {
      applicationName: 'busy',
    })
    const working = faultOf(session.run('SELECT pg_sleep(60)'))
    await vi.waitFor(async () => expect(await countOf('busy')).toBe('1'), 5000)
    await end('busy')
    expect((await working).code).toBe('DB_CONNECTION_LOST')
  })

  test('because the user gave up is cancelled, and the server stops working on it too', async () => {
    const controller = new AbortController()
    const options = { signal: controller.signal, applicationName: 'long' }
    await using session = await openSession(wayTo(postgres), 'postgres', password(), options)
    const working = session.run('SELECT pg_sleep(60)')
    await vi.waitFor(async () => expect(await countOf('long')).toBe('1'), 5000)
    controller.abort()
    await expect(working).rejects.toThrow(CancelledError)
    await vi.waitFor(async () => expect(await countOf('long')).toBe('0'), { timeout: 12_000, interval: 500 })
  })

  test('before it began is cancelled', async () => {
    const opening = openSession(wayTo(postgres), 'postgres', password(), { signal: AbortSignal.abort() })
    await expect(opening).rejects.toThrow(CancelledError)
  })
})

describe('a statement that fails', () => {
  test.each([
    ['for want of a right', 'SELECT * FROM public.orders', 'DB_PERMISSION'],
    ['because it is wrong', 'SELECT nonsense', 'INTERNAL'],
  ])('%s is told', async (_, sql, code) => {
    await using session = await sessionOf(postgres, 'postgres', 'pos')
    expect((await faultOf(session.run(sql))).code).toBe(code)
  })

  test('because somebody holds the table is DB_LOCKED', async () => {
    await using owner = await sessionOf(postgres, 'postgres')
    await using session = await sessionOf(postgres, 'postgres')
    await owner.run('BEGIN; LOCK TABLE public.orders IN ACCESS EXCLUSIVE MODE')
    await session.run(`SET lock_timeout = '100ms'`)
    expect((await faultOf(session.run('SELECT FROM public.orders'))).code).toBe('DB_LOCKED')
  })

  test('because the data is damaged is SOURCE_DAMAGED', async () => {
    await using session = await sessionOf(postgres, 'postgres')
    const raise = `DO $$ BEGIN RAISE 'invalid page in block 3 of relation base/5/1' USING ERRCODE = 'XX001'; END $$`
    expect((await faultOf(session.run(raise))).code).toBe('SOURCE_DAMAGED')
  })
})

interface PretendServer extends AsyncDisposable {
  readonly port: number
}

/** Says no to TLS as a server without it does, then does `react` with the login. */
async function pretendServer(react: (socket: Socket) => void): Promise<PretendServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    socket.on('data', (data) => (data.length === 8 ? socket.write('N') : react(socket)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** PostgreSQL manual, "Message Formats": ErrorResponse. */
function errorResponse(sqlState: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${message}\0\0`)
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
