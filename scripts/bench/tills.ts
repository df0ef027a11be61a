import { join } from 'node:path'
import { Engine } from '../../electron/engine/engine.ts'
import { newestDebianBinDir } from '../private-postgres/binaries.ts'
import { startPostgres, type PrivatePostgres } from '../private-postgres/server.ts'
import { buildSampleRestaurant } from '../sample-restaurant/build.ts'
import { plainWorld } from './plain-world.ts'

/** Scales of the sample whose `pg_dump -Fc` has about this many MB. */
export const scales = { 5: 0.15, 50: 1.55, 150: 4.7 } as const
export type Megabytes = keyof typeof scales

/** One till's database, and a Larder that is set up to back it up. */
export interface Till {
  readonly megabytes: Megabytes
  readonly database: string
  readonly dataFolder: string
  /** How a PostgreSQL program finds it: no other setting is needed. */
  readonly env: Readonly<Record<string, string>>
}

/** The programs by their version: Debian's `pg_dump` is a Perl script that would cost something itself. */
export const pgDump = async (): Promise<string> => join(await newestDebianBinDir('pg_dump'), 'pg_dump')

/** Builds the tills on a server of their own, lends them to `work`, and removes the server. */
export async function withTills<T>(
  folder: string,
  wanted: readonly Megabytes[],
  work: (tills: readonly Till[]) => Promise<T>,
): Promise<T> {
  await using server = await startPostgres()
  const tills: Till[] = []
  for (const megabytes of wanted) tills.push(await openTill(server, megabytes, folder))
  return await work(tills)
}

async function openTill(server: PrivatePostgres, megabytes: Megabytes, folder: string): Promise<Till> {
  const database = `sample_${megabytes}`
  await buildSampleRestaurant(server, { database, scale: scales[megabytes] })
  const dataFolder = join(folder, database)
  const { host, port, user, password } = server
  const engine = await Engine.open(plainWorld(dataFolder))
  await engine.setUp({
    siteName: 'Benchmark',
    server: { host, port, user, database, tls: 'disable' },
    password,
    plan: 'production',
    databases: [database],
    folder: join(folder, `${database}-backups`),
    encrypt: true,
  })
  engine.close()
  const env = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database }
  return { megabytes, database, dataFolder, env: { ...env, PGSSLMODE: 'disable' } }
}
