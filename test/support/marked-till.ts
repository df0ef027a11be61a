import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runningJobs } from '../../electron/engine/catalogue/job-history.ts'
import type { PrivatePostgres } from './postgres-server.ts'
import { makeEmpty } from './small-till.ts'
import type { TestSite } from './test-site.ts'

const tables = ['first', 'second', 'third'] as const

/** A database whose every table says whether it is the old or the restored one, so that a mixture is seen. */
export async function makeMarkedTill(server: PrivatePostgres, name: string): Promise<string> {
  await makeEmpty(server, name)
  for (const table of tables)
    await server.psql(
      name,
      `CREATE TABLE ${table} (id integer PRIMARY KEY, mark text NOT NULL);
       INSERT INTO ${table} SELECT i, 'backed up' FROM generate_series(1, 20) AS i`,
    )
  return name
}

export const mark = (server: PrivatePostgres, name: string, word: string): Promise<string> =>
  server.psql(name, tables.map((table) => `UPDATE ${table} SET mark = '${word}'`).join(';'))

/** The one word that all rows of all tables say. Throws when there are several, or rows are missing. */
export async function markOf(server: PrivatePostgres, name: string): Promise<string> {
  const all = tables.map((table) => `SELECT mark FROM ${table}`).join(' UNION ALL ')
  const said = await server.psql(name, `SELECT mark, count(*) FROM (${all}) AS every GROUP BY 1`)
  expect(said).toMatch(/^[^|\n]+\|60\s*$/)
  return said.split('|', 1)[0] ?? ''
}

export const databasesOf = async (server: PrivatePostgres): Promise<string[]> =>
  (await server.psql('postgres', 'SELECT datname FROM pg_database ORDER BY 1')).trim().split('\n')

/** What a restore may never leave behind: a half-made database, an opened archive, a lease. */
export async function restoreLeftovers({ dataFolder, server, engine }: TestSite): Promise<string[]> {
  const folder = join(dataFolder, 'restore')
  const opened = existsSync(folder) ? readdirSync(folder) : []
  const made = (await databasesOf(server)).filter((name) => name.includes('_larder_new_'))
  return [...opened, ...made, ...runningJobs(engine.site.catalogue).map(({ job }) => `${job.kind} runs`)]
}
