import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createBackupRole } from '../../scripts/sample-restaurant/build.ts'
import { secretsInFile } from '../../electron/engine/secrets-file.ts'
import { filesBelow, watchArgv } from '../support/canaries.ts'
import { startLarder } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { addScans, makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())

const password = 'canary-Zq7#&pass'
const dataFolder = join(place.path, 'data')
const keyFile = join(place.path, 'larder-recovery-key.txt')

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  startLarder(args, { dataFolder, env, cwd: place.path }).ended

test(
  'no secret shows in arguments, words, logs, catalogue or backups, well or ill',
  { timeout: 120_000 },
  async () => {
    await addScans(server, await makeTill(server), 8)
    await createBackupRole(server, 'reader', password)
    // What may not be dumped is missed before the dump: large objects have rights of their own.
    await server.psql(
      'till',
      `SELECT format('GRANT SELECT ON LARGE OBJECT %s TO reader', oid)
    FROM pg_largeobject_metadata \\gexec`,
    )
    const watch = watchArgv(new Map([['password', password]]))
    const url = `postgresql://reader@${server.host}:${server.port}/till`

    const answers = [
      await run(['setup', '--url', url, '--folder', 'backups'], { PGPASSWORD: password }),
      await run(['doctor']),
      await run(['backup']),
      await run(['backup', '--json']),
      await run(['verify', 'latest']),
      await run(['status', '--json']),
    ]
    await server.psql('postgres', "ALTER ROLE reader PASSWORD 'another'")
    answers.push(await run(['backup', '--json']), await run(['doctor']))
    const seenInArguments = watch.stop()
    expect(answers.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 4, 1, 1])
    expect(seenInArguments).toEqual([])

    const secrets = await allSecrets()
    const texts = [
      ...answers.flatMap(({ out, note }) => [out, note]),
      ...filesBelow(place.path)
        .filter((file) => file !== keyFile && file !== join(dataFolder, 'secrets.json'))
        .map((file) => readFileSync(file, 'latin1')),
    ]
    expect(secrets).toHaveLength(4)
    for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([])
  },
)

async function allSecrets(): Promise<string[]> {
  const secrets = secretsInFile(dataFolder)
  const names = ['database-password', 'site-identity', 'signing-key'] as const
  const kept = await Promise.all(names.map((name) => secrets.read(name)))
  const recovery = readFileSync(keyFile, 'utf8').trimEnd().split('\n').at(-1)
  return [...kept.map((secret) => secret?.reveal()), recovery].filter((text) => text !== undefined)
}
