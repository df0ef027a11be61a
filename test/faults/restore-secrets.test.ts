import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Secret } from '../../electron/engine/secret.ts'
import { filesBelow, leaksOf, secretsOf, watchArgv } from '../support/canaries.ts'
import { larder, startLarder } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const canary = 'cAnArY-päss/w:rd%41'
await server.psql(
  'postgres',
  `CREATE ROLE boss SUPERUSER LOGIN PASSWORD '${canary}'; CREATE ROLE weekday LOGIN PASSWORD 'weekday-secret-1'`,
)
/** Prints how it connects, as migration tools like to do. */
const chatty =
  'const { PGPASSWORD, DATABASE_URL } = process.env; console.log(PGPASSWORD, DATABASE_URL); console.error(DATABASE_URL)'

test('no secret is to be seen of a restore by an administrator with a program after it, nor of its undo', async () => {
  const database = await makeTill(server)
  await server.psql(database, 'ALTER TABLE dishes OWNER TO weekday')
  await using site = await makeSite({ server, database })
  const backup = await site.engine.backUp(database)
  const secrets = new Map([
    ...(await secretsOf(site)),
    ['administrator', canary],
    ['administrator, in a URL', encodeURIComponent(canary)],
    ['role', 'weekday-secret-1'],
  ])
  const argv = watchArgv(secrets)
  const login = { user: 'boss', password: new Secret(canary) }
  const after = { argv: [process.execPath, '-e', chatty] }
  const result = await site.engine.restore(backup.id, { into: null, roles: { kind: 'create' }, login, after })
  expect(result).toMatchObject({ verdict: 'restored', after: { code: 0 } })
  expect(result.after?.output).toContain('***')
  const undone = await site.engine.undo(result.id, { login })
  const failed = await site.engine
    .restore(backup.id, { into: 'copy', roles: { kind: 'create' }, login: { ...login, user: 'nobody' } })
    .catch((error: unknown) => JSON.stringify(error))

  // By the command too, with the password on standard input.
  const by = ['--user', 'boss', '--password-stdin', '--json']
  const told = await startLarder(['restore', backup.id, '--replace', '--yes', ...by], {
    dataFolder: site.dataFolder,
    input: `${canary}\n`,
  }).ended
  expect(told.exitCode).toBe(0)
  const plain = await larder(['restore', backup.id, '--into', 'copy', '--user', 'boss', '--password-stdin'], {
    dataFolder: site.dataFolder,
    input: 'wrong-canary',
  })
  expect(plain.exitCode).toBe(1)

  expect(argv.stop()).toEqual([])
  expect(leaksOf(site, secrets)).toEqual([])
  const said = JSON.stringify([result, undone, failed, told, plain])
  for (const [name, secret] of [...secrets, ['typed', 'wrong-canary'] as const])
    expect(said.includes(secret), name).toBe(false)
  // The watch would have seen them: reports and catalogue are there, and tell of this restore.
  const written = filesBelow(site.dataFolder)
  expect(written.filter((file) => file.startsWith(join(site.dataFolder, 'reports'))).length).toBeGreaterThan(
    2,
  )
  expect(written.map((file) => readFileSync(file, 'latin1')).join('')).toContain(result.id)
})
