import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { askTool, requireSuccess, startTool } from '../../../electron/engine/postgres/run-tool.ts'
import { openSession } from '../../../electron/engine/postgres/session.ts'
import { exportSnapshot } from '../../../electron/engine/postgres/snapshot.ts'
import {
  connectionEnv,
  dumpArguments,
  globalsArguments,
  plainArguments,
} from '../../../electron/engine/postgres/tool-arguments.ts'
import type { ToolSet } from '../../../electron/engine/postgres/tool-rules.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import type { Server } from '../../../electron/shared/model.ts'
import {
  embeddedPostgres18BinDir,
  startPostgres,
  type PrivatePostgres,
} from '../../support/postgres-server.ts'
import { newestTools, sessionOf, wayTo } from './login.ts'

let postgres: PrivatePostgres
let tools: ToolSet

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
const create = async (name: string): Promise<string> =>
  postgres.psql('postgres', `CREATE DATABASE ${quoteName(name)}`)

/** A plain dump of one database, as text. */
async function dumped(database: string, server: Server = wayTo(postgres), secret = postgres.password) {
  const env = connectionEnv(server, database, new Secret(secret))
  return askTool(tools.pgDump, plainArguments({ lockWaitMs: 500 }), { env })
}

async function faultOfDump(database: string, server?: Server, secret?: string): Promise<string> {
  const { end } = await dumped(database, server, secret)
  try {
    requireSuccess(end, { database })
    return 'none'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

beforeAll(async () => {
  tools = await newestTools()
  postgres = await startPostgres()
  await create('shop')
  await postgres.psql('shop', 'CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2)')
})
afterAll(async () => postgres[Symbol.asyncDispose]())

const oddNames = [
  'dbname=shop host=127.0.0.2',
  'a=b',
  'postgresql://127.0.0.2/shop',
  '-x',
  '--file=oops',
  'two words',
  `it's "quoted"`,
  String.raw`back\slash`,
  'Käse 💥 寿司',
  'new\nline',
  '$(id) `id` %PATH%',
]

describe('a database named', () => {
  test.each(oddNames)('%j is the one that is dumped, with its roles', async (name) => {
    await create(name)
    await postgres.psql(name, `CREATE TABLE marker AS SELECT current_database() AS name`)
    const { text: sql, end } = await dumped(name)
    requireSuccess(end)
    expect(sql).toContain(name.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`))
    const env = connectionEnv(wayTo(postgres), name, new Secret(postgres.password))
    const args = globalsArguments({ database: name, rolePasswords: true })
    const globals = await askTool(tools.pgDumpall, args, { env })
    requireSuccess(globals.end)
    expect(globals.text).toContain('CREATE ROLE postgres')
  })
})

describe('roles', () => {
  test('come without password hashes for a role that may not read them', async () => {
    await postgres.psql('postgres', `CREATE ROLE plain LOGIN PASSWORD 'plain'`)
    const env = connectionEnv(wayTo(postgres, { user: 'plain' }), 'shop', new Secret('plain'))
    const roles = async (rolePasswords: boolean) =>
      askTool(tools.pgDumpall, globalsArguments({ database: 'shop', rolePasswords }), { env })
    expect((await roles(true)).end.code).toBe(1)
    const { text: sql, end } = await roles(false)
    requireSuccess(end)
    expect(sql).toContain('CREATE ROLE plain')
    expect(sql).not.toContain('SCRAM-SHA-256')
  })
})

describe('a dump', () => {
  test('is not influenced by PG* variables of whoever runs Larder', async () => {
    const inherited = { PGSERVICE: 'elsewhere', PGOPTIONS: '-c search_path=evil', PGHOST: 'till.invalid' }
    const more = {
      PGDATABASE: 'none',
      PGSSLMODE: 'verify-full',
      PGPASSFILE: '/tmp/none',
      PGHOSTADDR: '127.0.0.2',
    }
    for (const [name, value] of Object.entries({ ...inherited, ...more })) vi.stubEnv(name, value)
    const code = await faultOfDump('shop')
    vi.unstubAllEnvs()
    expect(code).toBe('none')
  })

  test('shows no password in its arguments, and no address but in its environment', () => {
    const env = connectionEnv(wayTo(postgres, { rootCertificate: '/ca.pem' }), 'a=b', new Secret('s3cret'))
    expect(env).toMatchObject({ PGDATABASE: 'a=b', PGPASSWORD: 's3cret', PGSSLROOTCERT: '/ca.pem' })
    const args = [dumpArguments({ snapshot: 'x', lockWaitMs: 1 }), plainArguments({ lockWaitMs: 1 })]
    expect(args.join(' ')).not.toMatch(/s3cret|127\.0\.0\.1/)
  })

  test('of an exported snapshot holds what was committed by then and nothing later', async () => {
    await using session = await sessionOf(postgres, 'shop')
    const now = () => 1_700_000_000_000
    const { snapshot, takenAt, release } = await exportSnapshot(session, now)
    await postgres.psql('shop', 'INSERT INTO orders VALUES (3)')
    const env = connectionEnv(wayTo(postgres), 'shop', new Secret(postgres.password))
    const archive = startTool(tools.pgDump, dumpArguments({ snapshot, lockWaitMs: 500 }), { env })
    const reader = startTool(tools.pgRestore, ['--file=-'], { stdin: 'pipe' })
    archive.stdout.pipe(reader.stdin ?? expect.fail())
    const sql = await text(reader.stdout)
    requireSuccess(await archive.ended)
    requireSuccess(await reader.ended)
    await release()
    expect(/COPY public\.orders \(id\) FROM stdin;\n([^\\]*)/.exec(sql)?.[1]).toBe('1\n2\n')
    expect(takenAt).toBe(now())
  })

  test('that somebody cancels is cancelled, and pg_dump is gone', async () => {
    const controller = new AbortController()
    await using holder = await sessionOf(postgres, 'shop')
    await holder.run('BEGIN; LOCK TABLE public.orders IN ACCESS EXCLUSIVE MODE')
    const env = connectionEnv(wayTo(postgres), 'shop', new Secret(postgres.password))
    const args = plainArguments({ lockWaitMs: 30_000 })
    const tool = startTool(tools.pgDump, args, { env, signal: controller.signal })
    tool.stdout.resume()
    setTimeout(() => controller.abort(), 500)
    expect((await tool.ended).how).toBe('cancelled')
  })
})

describe('a dump that fails', () => {
  test.each([
    ['a wrong password', {}, 'wrong', 'shop', 'DB_AUTH'],
    ['no password', {}, '', 'shop', 'DB_AUTH'],
    ['an unknown user', { user: 'ghost' }, 'x', 'shop', 'DB_AUTH'],
    ['an unknown database', {}, undefined, 'gone', 'DB_NOT_FOUND'],
    ['an unknown host', { host: 'till.invalid' }, 'x', 'shop', 'DB_HOST_UNKNOWN'],
    ['a closed port', { port: 1 }, 'x', 'shop', 'DB_UNREACHABLE'],
    ['a socket that is not there', { host: '/tmp', port: 1 }, 'x', 'shop', 'DB_UNREACHABLE'],
    ['a server without TLS', { tls: 'require' }, undefined, 'shop', 'DB_TLS'],
    [
      'a root certificate that is not there',
      { tls: 'verify-ca', rootCertificate: '/no' },
      'x',
      'shop',
      'DB_TLS',
    ],
  ] as const)('because of %s is told as in a session', async (_, change, secret, database, code) => {
    const server = wayTo(postgres, change)
    expect(await faultOfDump(database, server, secret)).toBe(code)
    const password = (secret ?? postgres.password) ? new Secret(secret ?? postgres.password) : undefined
    await expect(openSession(server, database, password)).rejects.toMatchObject({ code })
  })

  test('for want of a right, a policy or a connection is told as such', async () => {
    await create('guarded')
    await postgres.psql(
      'guarded',
      `CREATE TABLE bills (id int); INSERT INTO bills VALUES (1); ALTER TABLE bills ENABLE ROW LEVEL SECURITY;
       CREATE ROLE nobody LOGIN PASSWORD 'nobody'; CREATE ROLE shy LOGIN PASSWORD 'shy' CONNECTION LIMIT 0;
       CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT pg_read_all_data TO reader`,
    )
    const codes = ['nobody', 'reader', 'shy'].map((user) =>
      faultOfDump('guarded', wayTo(postgres, { user }), user),
    )
    expect(await Promise.all(codes)).toEqual(['DB_PERMISSION', 'DB_RLS', 'DB_TOO_MANY'])
  })

  test('because a large object may not be read is DB_PERMISSION', async () => {
    await create('objects')
    await postgres.psql(
      'objects',
      `SELECT lo_from_bytea(0, 'x'); CREATE ROLE clerk LOGIN PASSWORD 'clerk'; GRANT pg_read_all_data TO clerk`,
    )
    expect(await faultOfDump('objects', wayTo(postgres, { user: 'clerk' }), 'clerk')).toBe('DB_PERMISSION')
  })

  test('because a table is held longer than the lock wait is DB_LOCKED', async () => {
    await using holder = await sessionOf(postgres, 'shop')
    await holder.run('BEGIN; LOCK TABLE public.orders IN ACCESS EXCLUSIVE MODE')
    const startedAt = Date.now()
    expect(await faultOfDump('shop')).toBe('DB_LOCKED')
    expect(Date.now() - startedAt).toBeLessThan(5000)
  })

  test('because the server ended the session is DB_CONNECTION_LOST', async () => {
    await create('long')
    await postgres.psql('long', `CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)`)
    const env = connectionEnv(wayTo(postgres), 'long', new Secret(postgres.password))
    // Nobody reads yet, so pg_dump gets stuck half-way with a full pipe.
    const tool = startTool(tools.pgDump, plainArguments({ lockWaitMs: 500 }), { env })
    const copying = `SELECT count(*) FROM pg_stat_activity WHERE datname = 'long' AND query LIKE 'COPY%'`
    await vi.waitFor(async () => expect(await postgres.psql('postgres', copying)).toBe('1'), 10_000)
    await postgres.psql(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'long'`,
    )
    tool.stdout.resume()
    const end = await tool.ended
    expect(() => requireSuccess(end)).toThrow(expect.objectContaining({ code: 'DB_CONNECTION_LOST' }))
  })

  test('because of pg_hba.conf is DB_ACCESS_RULE', async () => {
    const file = join(postgres.dataFolder, 'pg_hba.conf')
    const rules = 'local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n'
    await writeFile(file, `host all barred all reject\n${rules}`)
    await postgres.psql('postgres', `SELECT pg_reload_conf()`)
    await vi.waitFor(
      async () =>
        expect(await faultOfDump('shop', wayTo(postgres, { user: 'barred' }), 'x')).toBe('DB_ACCESS_RULE'),
      5000,
    )
    await expect(
      openSession(wayTo(postgres, { user: 'barred' }), 'shop', new Secret('x')),
    ).rejects.toMatchObject({ code: 'DB_ACCESS_RULE' })
  })
})

test('tools older than the server are TOOL_TOO_OLD, with both versions', async () => {
  await using newer = await startPostgres({ binDir: await embeddedPostgres18BinDir() })
  const env = connectionEnv(wayTo(newer), 'postgres', new Secret(newer.password))
  const { end } = await askTool(tools.pgDump, plainArguments({ lockWaitMs: 500 }), { env })
  expect(() => requireSuccess(end)).toThrow(
    expect.objectContaining({
      code: 'TOOL_TOO_OLD',
      message: expect.stringMatching(/version 18\.\d.*is 15\.\d+/),
    }),
  )
})
