import { chown, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { askTool } from '../../../electron/engine/postgres/run-tool.ts'
import { openSession } from '../../../electron/engine/postgres/session.ts'
import { connectionEnv } from '../../../electron/engine/postgres/tool-arguments.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { FaultError } from '../../../electron/shared/fault.ts'
import { TlsMode, type Server } from '../../../electron/shared/model.ts'
import { startPostgres, type PrivatePostgres } from '../../support/postgres-server.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { must, newestTools, wayTo } from './login.ts'

let postgres: PrivatePostgres
let folder: ReturnType<typeof tempFolder>
let psql: string

beforeAll(async () => {
  folder = tempFolder()
  psql = (await newestTools()).psql
  postgres = await startPostgres()
  await makeCertificate(join(folder.path, 'other'))
  await makeCertificate(join(postgres.dataFolder, 'server'))
  const { uid, gid } = await stat(postgres.dataFolder)
  await chown(join(postgres.dataFolder, 'server.key'), uid, gid)
  await writeFile(join(folder.path, 'root.pem'), await readFile(join(postgres.dataFolder, 'server.crt')))
})
afterAll(async () => {
  await postgres[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** Self-signed, so that it is its own root, and made out to `localhost`. */
const makeCertificate = async (path: string): Promise<string> => {
  const files = ['-keyout', `${path}.key`, '-out', `${path}.crt`]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  return must(
    '/usr/bin/openssl',
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    ...files,
    ...subject,
  )
}

/** Sets what the server offers and allows, and waits until new connections feel it. */
async function allow(tls: 'on' | 'off', rule: 'host' | 'hostssl' | 'hostnossl'): Promise<void> {
  const rules = `local all all scram-sha-256\n${rule} all all 127.0.0.1/32 scram-sha-256\n`
  await writeFile(join(postgres.dataFolder, 'pg_hba.conf'), rules)
  const way = wayTo(postgres, { host: postgres.folder })
  await using session = await openSession(way, 'postgres', new Secret(postgres.password))
  await session.run(`ALTER SYSTEM SET ssl = ${tls}`)
  await session.run('SELECT pg_reload_conf()')
  const Setting = z.object({ ssl: z.string() })
  const deadline = Date.now() + 5000
  while ((await session.one(Setting, `SELECT current_setting('ssl') AS ssl`)).ssl !== tls) {
    if (Date.now() > deadline) throw new Error('The server did not take its settings.')
  }
  // The postmaster that takes connections reads its files a moment before or after this session does.
  await session.run('SELECT pg_sleep(0.3)')
}

const isEncrypted = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'

/** `tls`, `plain`, or the code of the fault. */
async function ourWay(server: Server): Promise<string> {
  try {
    await using session = await openSession(server, 'postgres', new Secret(postgres.password))
    return (await session.one(z.object({ ssl: z.boolean() }), isEncrypted)).ssl ? 'tls' : 'plain'
  } catch (error) {
    if (error instanceof FaultError) return error.code
    throw error
  }
}

/** What libpq makes of the same, which is what pg_dump will make of it. */
async function libpqsWay(server: Server): Promise<string> {
  const env = connectionEnv(server, 'postgres', new Secret(postgres.password))
  const { text, end } = await askTool(psql, ['--no-psqlrc', '-Atc', isEncrypted], { env })
  if (end.code !== 0) return 'refused'
  return text.trim() === 't' ? 'tls' : 'plain'
}

const root = (name: string) => ({ rootCertificate: join(folder.path, name) })

describe.each([
  ['a server with TLS', 'on', 'host', ['plain', 'plain', 'tls', 'tls', 'tls', 'tls']],
  ['a server that insists on TLS', 'on', 'hostssl', ['DB_ACCESS_RULE', 'tls', 'tls', 'tls', 'tls', 'tls']],
  [
    'a server that forbids TLS',
    'on',
    'hostnossl',
    ['plain', 'plain', 'plain', 'DB_ACCESS_RULE', 'DB_ACCESS_RULE', 'DB_ACCESS_RULE'],
  ],
  ['a server without TLS', 'off', 'host', ['plain', 'plain', 'plain', 'DB_TLS', 'DB_TLS', 'DB_TLS']],
] as const)('%s', (_, tls, rule, expected) => {
  beforeAll(async () => allow(tls, rule))

  test.each(TlsMode.options.map((mode, index) => [mode, expected[index]] as const))(
    'is reached with sslmode %s: %s, and libpq agrees',
    async (mode, outcome) => {
      const server = wayTo(postgres, { host: 'localhost', tls: mode, ...root('root.pem') })
      expect(await ourWay(server)).toBe(outcome)
      expect(await libpqsWay(server)).toBe(outcome?.startsWith('DB_') ? 'refused' : outcome)
    },
  )
})

describe('the certificate', () => {
  beforeAll(async () => allow('on', 'host'))

  test.each([
    ['no root certificate is needed to encrypt only', 'require', {}, 'localhost', 'tls'],
    ['a root certificate makes require check it', 'require', 'other.crt', 'localhost', 'DB_TLS'],
    ['another root does not do for verify-ca', 'verify-ca', 'other.crt', 'localhost', 'DB_TLS'],
    ['another name does for verify-ca', 'verify-ca', 'root.pem', '127.0.0.1', 'tls'],
    ['another name does not do for verify-full', 'verify-full', 'root.pem', '127.0.0.1', 'DB_TLS'],
    ['verify-ca wants a root', 'verify-ca', {}, 'localhost', 'DB_TLS'],
    ['prefer rather does without TLS than with the wrong one', 'prefer', 'other.crt', 'localhost', 'plain'],
    ['prefer without a root never looks at it', 'prefer', {}, 'localhost', 'tls'],
  ] as const)('%s', async (_, tls, file, host, outcome) => {
    const server = wayTo(postgres, { host, tls, ...(typeof file === 'string' ? root(file) : {}) })
    expect(await ourWay(server)).toBe(outcome)
    expect(await libpqsWay(server)).toBe(outcome === 'DB_TLS' ? 'refused' : outcome)
  })
})
