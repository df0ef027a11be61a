import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startTool } from '../../electron/engine/postgres/run-tool.ts'
import { connectionEnv } from '../../electron/engine/postgres/tool-arguments.ts'
import { guardLine, sqlArguments } from '../../electron/engine/restore/foreign-arguments.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { stockTool } from '../engine/restore/foreign-files.ts'
import { newestTools, wayTo } from '../engine/postgres/login.ts'
import { expectFault } from '../support/after-fault.ts'
import { embeddedPostgres18BinDir, startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())

const path = (name: string): string => join(place.path, name)
const dump = (name: string, format: string): string => {
  stockTool(server, 'pg_dump', `--file=${path(name)}`, '--dbname=till', format)
  return path(name)
}

test('a command to psql that got as far as psql would be refused there', async () => {
  const { psql } = await newestTools()
  for (const command of [
    `\\! touch ${path('it-ran')}`,
    `\\unrestrict \`touch ${path('it-ran')}\``,
    `SELECT 1 \\g | touch ${path('it-ran')}`,
  ]) {
    const env = connectionEnv(wayTo(server), 'postgres', new Secret(server.password))
    const tool = startTool(psql, sqlArguments, { env, stdin: 'pipe' })
    tool.stdin?.end(`${guardLine('abc123')}SELECT 1;\n${command}\nSELECT 2;\n`)
    tool.stdout.resume()
    await tool.ended
    expect(existsSync(path('it-ran')), command).toBe(false)
  }
})

test('a client with a known hole never sees the file', async () => {
  await using newer = await startPostgres({ binDir: await embeddedPostgres18BinDir() })
  await makeTill(newer)
  const folder = path('programs')
  mkdirSync(folder)
  for (const tool of ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql']) {
    // One that does nothing but say its name, and tell whenever it is asked for anything else.
    const version = `[ "$*" = --version ] && echo "${tool} (PostgreSQL) 18.5" && exit`
    writeFileSync(
      path(`programs/${tool}`),
      `#!/bin/sh\n${version}\necho ${tool} "$*" >> ${path('started')}\nexit 1\n`,
    )
    chmodSync(join(folder, tool), 0o755)
  }
  const before = process.env['PATH']
  process.env['PATH'] = `${folder}:${before}`
  try {
    await using other = await makeSite({ server: newer })
    for (const [file, tool] of [
      [dump('till.dump', '--format=custom'), 'pg_restore'],
      [dump('till.sql', '--format=plain'), 'psql'],
    ] as const) {
      const fault = await expectFault(other, 'TOOL_UNSAFE', () =>
        other.engine.restoreFile({ file, into: 'from elsewhere', confirmed: true }),
      )
      expect(fault.text).toContain(`${tool} 18.5`)
      expect(fault.next).toContain(tool === 'psql' ? '18.6' : '18.7')
      expect(readdirSync(join(other.dataFolder, 'restore'))).toEqual([])
    }
    expect(existsSync(path('started'))).toBe(false)
    expect(await newer.psql('postgres', 'SELECT count(*) FROM pg_database')).toBe('4')
  } finally {
    process.env['PATH'] = before
  }
})
