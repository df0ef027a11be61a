import { readdir, readFile } from 'node:fs/promises'
import { delimiter, join, relative } from 'node:path'

import { execa } from 'execa'

import { Manifest } from '../../electron/shared/model.ts'
import type { Stage } from './stage.ts'

type Restored = {
  /** What was typed, on two lines. */
  readonly typed: string
  readonly tookMs: number
  readonly tables: number
  readonly rows: number
}

const target = 'by_hand'

/**
 * Opens the newest backup without Larder: `age`, `zstd` and `pg_restore`, as somebody would who has the recovery key
 * and a new PC. Throws when a table does not hold exactly the rows that the manifest counted.
 */
export async function restoreByHand(stage: Stage, keyFile: string): Promise<Restored> {
  const { server, folder, signal } = stage
  const manifestFile = await newestManifest(join(folder, 'backups'))
  // Only what is needed is believed here; Larder itself checks the signature first.
  const manifest = Manifest.strip().parse(JSON.parse(await readFile(manifestFile, 'utf8')))
  const archive = relative(folder, manifestFile).replace(/\.manifest\.json$/, '.dump.zst.age')
  await server.psql('postgres', `CREATE DATABASE ${target} TEMPLATE template0`)
  const typed = `age -d -i ${keyFile} ${archive} |\n    zstd -d | pg_restore -d ${target}`
  const startedAt = Date.now()
  await execa('bash', ['-c', `set -o pipefail; ${typed} --exit-on-error`], {
    cwd: folder,
    env: {
      PATH: [server.binDir, process.env['PATH'] ?? ''].join(delimiter),
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGUSER: server.user,
      PGPASSWORD: server.password,
    },
    cancelSignal: signal,
  })
  const tookMs = Date.now() - startedAt
  return { typed, tookMs, ...(await compareRows(stage, manifest)) }
}

async function newestManifest(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true })
  // The name holds the moment, in UTC.
  const newest = files.filter((file) => file.endsWith('.manifest.json')).toSorted()
  const last = newest.at(-1)
  if (last === undefined) throw new Error('There is no backup to open by hand.')
  return join(folder, last)
}

async function compareRows(
  { server }: Stage,
  { fingerprint: { tables } }: Manifest,
): Promise<{ tables: number; rows: number }> {
  const counts = tables.map(({ schema, name }, at) => `SELECT ${at}, count(*) FROM "${schema}"."${name}"`)
  const answer = await server.psql(target, `${counts.join(' UNION ALL ')} ORDER BY 1`)
  const found = answer.split('\n').map((line) => Number(line.split('|')[1]))
  const wrong = tables.filter(({ rows }, at) => rows !== found[at])
  if (wrong.length > 0) throw new Error(`Rows differ in ${wrong.map(({ name }) => name).join(', ')}.`)
  // As Larder counts: a partitioned table repeats the rows of its partitions, a materialized view those of others.
  const own = tables.filter(({ kind }) => kind === 'table')
  return {
    tables: tables.filter(({ kind }) => kind !== 'matview').length,
    rows: own.reduce((sum, { rows }) => sum + rows, 0),
  }
}
