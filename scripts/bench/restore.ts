import { join } from 'node:path'
import { execPath } from 'node:process'
import { newestDebianBinDir } from '../private-postgres/binaries.ts'
import { figure, run, type Figure } from './accounting.ts'
import { built, larderBackup } from './larder-backup.ts'
import type { RestoreCost } from './one-restore.ts'
import { pgDump, type Till } from './tills.ts'

/**
 * A whole restore in the place of the till, with a safety backup and a comparison of everything, beside what
 * restaurants are told to do: dropdb, createdb and a serial `pg_restore`, in turns on the same data.
 */
export async function benchRestore(till: Till, folder: string, rounds: number): Promise<Figure[]> {
  await larderBackup(till)
  const file = join(folder, 'bare.dump')
  await run(await pgDump(), ['--format=custom', `--file=${file}`], till.env)
  const measured: (RestoreCost & { readonly stockMs: number })[] = []
  for (let round = 0; round < rounds; round += 1)
    measured.push({ stockMs: await stockRestore(till, file), ...(await larderRestore(till)) })
  const size = `${till.megabytes} MB`
  const each = (value: (round: (typeof measured)[number]) => number): number[] => measured.map(value)
  return [
    figure(
      `${size}: click to trading ÷ drop and pg_restore`,
      each((one) => one.wallMs / one.stockMs),
      1.1,
      null,
    ),
    figure(
      `${size}: till away while databases change places (ms)`,
      each((one) => one.downtimeMs),
      1000,
      null,
    ),
    figure(
      `${size}: undo (ms)`,
      each((one) => one.undoMs),
      2000,
      null,
    ),
  ]
}

const target = 'as_told'

async function stockRestore({ env }: Till, file: string): Promise<number> {
  const bin = await newestDebianBinDir('pg_restore')
  const startedAt = performance.now()
  await run(join(bin, 'dropdb'), ['--if-exists', target], env)
  await run(join(bin, 'createdb'), ['--template=template0', target], env)
  await run(join(bin, 'pg_restore'), [`--dbname=${target}`, file], env)
  return performance.now() - startedAt
}

async function larderRestore({ dataFolder }: Till): Promise<RestoreCost> {
  const { output } = await run(execPath, [join(built, 'one-restore.js'), dataFolder], {})
  const cost = JSON.parse(output) as RestoreCost // Its own program wrote it.
  if (cost.verdict !== 'restored') throw new Error(`the restore ended as ${cost.verdict}`)
  const begins = Object.entries(cost.phases).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(1)}`)
  console.log(`a restore of ${(cost.wallMs / 1000).toFixed(1)} s: ${begins.join(', ')}`)
  return cost
}
