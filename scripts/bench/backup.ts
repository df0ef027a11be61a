import { statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { Engine } from '../../electron/engine/engine.ts'
import { newestDebianBinDir } from '../private-postgres/binaries.ts'
import { startPostgres, type PrivatePostgres } from '../private-postgres/server.ts'
import { buildSampleRestaurant } from '../sample-restaurant/build.ts'
import { figure, run, type Cost, type Figure } from './accounting.ts'
import type { BackupCost, BackupOrder } from './one-backup.ts'
import { plainWorld } from './plain-world.ts'

/** Scales of the sample that give archives of about this many MB with a bare `pg_dump -Fc`. */
const sizes = [
  { megabytes: 5, scale: 0.15 },
  { megabytes: 50, scale: 1.55 },
  { megabytes: 150, scale: 4.7 },
] as const

interface Round {
  readonly bare: Cost & { bytes: number }
  readonly seed: Cost & { bytes: number }
  readonly larder: BackupCost
}

/**
 * A whole backup beside a bare `pg_dump -Fc`, and beside the script that restaurants are told to use (the dump, then
 * gzip), in turn and on the same data. Memory and event loop are measured in the same processes.
 */
export async function benchBackup(folder: string, rounds: number): Promise<Figure[]> {
  await buildOneBackup()
  await using server = await startPostgres()
  const figures: Figure[] = []
  const memory: { megabytes: number; values: number[] }[] = []
  for (const { megabytes, scale } of sizes) {
    const database = `sample_${megabytes}`
    await buildSampleRestaurant(server, { database, scale })
    const dataFolder = await setUpSite(server, database, folder)
    const measured: Round[] = []
    for (let round = 0; round < rounds; round += 1)
      measured.push(await oneRound(server, database, dataFolder, folder))
    memory.push({ megabytes, values: measured.map(({ larder }) => larder.peakRssMb - larder.idleRssMb) })
    if (megabytes > 5) figures.push(...ratios(`${megabytes} MB`, measured))
    if (megabytes === 50) figures.push(await loopDelay(dataFolder, database))
  }
  return [
    ...figures,
    ...memory.map(({ megabytes, values }) =>
      figure(`extra memory, ${megabytes} MB archive (MB)`, values, 80, 40),
    ),
  ]
}

function ratios(name: string, rounds: readonly Round[]): Figure[] {
  const of = (pick: (round: Round) => number): number[] => rounds.map(pick)
  return [
    figure(
      `${name}: wall ÷ bare dump`,
      of(({ larder, bare }) => larder.wallMs / bare.wallMs),
      0.75,
      0.45,
    ),
    figure(
      `${name}: client CPU ÷ bare dump`,
      of(({ larder, bare }) => larder.cpuMs / bare.cpuMs),
      0.7,
      0.4,
    ),
    figure(
      `${name}: size ÷ bare dump`,
      of(({ larder, bare }) => larder.bytes / bare.bytes),
      0.98,
    ),
    figure(
      `${name}: wall ÷ dump and gzip`,
      of(({ larder, seed }) => larder.wallMs / seed.wallMs),
      0.999,
      1 / 3,
    ),
    figure(
      `${name}: CPU ÷ dump and gzip`,
      of(({ larder, seed }) => larder.cpuMs / seed.cpuMs),
      0.999,
      1 / 3,
    ),
    figure(
      `${name}: size ÷ dump and gzip`,
      of(({ larder, seed }) => larder.bytes / seed.bytes),
      0.999,
    ),
  ]
}

async function setUpSite(server: PrivatePostgres, database: string, folder: string): Promise<string> {
  const dataFolder = join(folder, database)
  const engine = await Engine.open(plainWorld(dataFolder))
  await engine.setUp({
    siteName: 'Benchmark',
    server: { host: server.host, port: server.port, user: server.user, database, tls: 'disable' },
    password: server.password,
    plan: 'production',
    databases: [database],
    folder: join(folder, `${database}-backups`),
    encrypt: true,
  })
  engine.close()
  return dataFolder
}

async function oneRound(
  server: PrivatePostgres,
  database: string,
  dataFolder: string,
  folder: string,
): Promise<Round> {
  // The versioned program: Debian's pg_dump is a Perl script that would cost something itself.
  const pgDump = join(await newestDebianBinDir('pg_dump'), 'pg_dump')
  const env = { PGPASSWORD: server.password, PGSSLMODE: 'disable' }
  const login = [
    `--host=${server.host}`,
    `--port=${server.port}`,
    `--username=${server.user}`,
    `--dbname=${database}`,
  ]
  const file = join(folder, 'bare.dump')
  const bare = await run(pgDump, ['--format=custom', `--file=${file}`, ...login], env)
  const bareBytes = statSync(file).size
  const dump = await run(pgDump, ['--format=custom', `--file=${file}`, ...login], env)
  const gzip = await run('gzip', ['--force', file], {})
  const seed = {
    wallMs: dump.wallMs + gzip.wallMs,
    cpuMs: dump.cpuMs + gzip.cpuMs,
    bytes: statSync(`${file}.gz`).size,
  }
  const larder = await oneBackup({ dataFolder, database, withDelay: false })
  return { bare: { ...bare, bytes: bareBytes }, seed, larder }
}

const built = join(import.meta.dirname, '../../out/bench')
const electron = join(import.meta.dirname, '../../electron')

/** As the app is built: Node running the sources would pay for its own TypeScript, in every thread. */
async function buildOneBackup(): Promise<void> {
  const input = {
    'one-backup': join(import.meta.dirname, 'one-backup.ts'),
    'pipeline-worker': join(electron, 'engine/backup/pipeline-worker.ts'),
  }
  await build({
    configFile: join(electron, 'vite.config.ts'),
    root: electron,
    logLevel: 'warn',
    build: { outDir: built, rolldownOptions: { input } },
  })
}

async function oneBackup(order: BackupOrder): Promise<BackupCost> {
  const program = join(built, 'one-backup.js')
  const { output } = await run(process.execPath, [program, JSON.stringify(order)], {})
  return JSON.parse(output) as BackupCost // Its own program wrote it.
}

async function loopDelay(dataFolder: string, database: string): Promise<Figure> {
  const values: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const { delayMs, idleDelayMs } = await oneBackup({ dataFolder, database, withDelay: true })
    values.push((delayMs ?? Number.NaN) - (idleDelayMs ?? Number.NaN))
  }
  return figure('event-loop delay p99 over idle (ms)', values, 5, 3)
}
