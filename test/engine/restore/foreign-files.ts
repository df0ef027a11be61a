import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { newestDebianBinDir } from '../../../scripts/private-postgres/binaries.ts'
import type { PrivatePostgres } from '../../support/postgres-server.ts'

const binDir = await newestDebianBinDir('pg_dump')

/** Runs a PostgreSQL tool as somebody would who never heard of Larder. */
export function stockTool(server: PrivatePostgres, tool: string, ...args: readonly string[]): void {
  const env = {
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password,
    PGCLIENTENCODING: 'UTF8',
  }
  must(join(binDir, tool), args, env)
}

/** Packs a file with the stock gzip and returns the name of the packed one. */
export function gzipped(file: string): string {
  must('gzip', ['--keep', file], {})
  return `${file}.gz`
}

function must(program: string, args: readonly string[], env: Record<string, string>): void {
  const { status, stderr } = spawnSync(program, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
}
