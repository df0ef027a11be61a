import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { Client } from 'pg'
import { describe, expect, it, vi } from 'vitest'

import { exists } from '../../scripts/private-postgres/binaries.ts'
import { embeddedPostgres18BinDir, startPostgres } from './postgres-server.ts'
import { tempFolder } from './temp-folder.ts'

async function connect(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.end()
}

describe('a private PostgreSQL', { timeout: 60_000 }, () => {
  it('takes settings, asks for its password, and is gone with its folder after use', async () => {
    const server = await startPostgres({ settings: { work_mem: "'5MB'" } })
    expect(await server.psql('postgres', 'SHOW work_mem')).toBe('5MB')
    const guess = server.url('postgres').replace(server.password, 'guess')
    await expect(connect(guess)).rejects.toThrow('password authentication failed')
    await server[Symbol.asyncDispose]()
    expect(await exists(server.folder)).toBe(false)
    await expect(connect(server.url('postgres'))).rejects.toThrow('ECONNREFUSED')
  })

  it('comes back with its data after a stop and after a power cut', async () => {
    await using server = await startPostgres()
    await server.psql('postgres', 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)')
    await server.stop('immediate')
    await server.start()
    await server.psql('postgres', 'INSERT INTO kept VALUES (2)')
    await server.kill()
    await expect(connect(server.url('postgres'))).rejects.toThrow('ECONNREFUSED')
    await server.start()
    expect(await server.psql('postgres', 'SELECT n FROM kept ORDER BY n')).toBe('1\n2')
  })

  it('runs programs that its account cannot reach', async () => {
    using folder = tempFolder()
    await chmod(folder.path, 0o700)
    const programs = dirname(await embeddedPostgres18BinDir())
    await cp(programs, folder.path, { recursive: true, verbatimSymlinks: true })
    await using server = await startPostgres({ binDir: join(folder.path, 'bin') })
    expect(await server.psql('postgres', 'SHOW server_version')).toMatch(/^18\./)
  })

  it('leaves nothing behind when the process that started it is killed', async () => {
    const start = new URL('../../scripts/private-postgres/server.ts', import.meta.url).href
    const script = `
      import { startPostgres } from ${JSON.stringify(start)}
      const server = await startPostgres()
      process.stdout.write(JSON.stringify([server.folder, server.url('postgres')]))
      setInterval(() => {}, 1000)`
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', script])
    const [line] = (await once(owner.stdout, 'data')) as [Buffer]
    const [folder, url] = JSON.parse(line.toString()) as [string, string]
    await connect(url)
    owner.kill('SIGKILL')
    await vi.waitFor(async () => expect(await exists(folder)).toBe(false), 10_000)
    await expect(connect(url)).rejects.toThrow('ECONNREFUSED')
  })
})
