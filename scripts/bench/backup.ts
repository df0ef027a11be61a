import { statSync } from 'node:fs'
import { join } from 'node:path'
import { figure, run, type Cost, type Figure } from './accounting.ts'
import { larderBackup } from './larder-backup.ts'
import { pgDump, type Till } from './tills.ts'

interface Archive extends Cost {
  readonly bytes: number
}

interface Round {
  readonly bare: Archive
  readonly script: Archive
  readonly larder: Archive
}

/**
 * A whole backup beside a bare `pg_dump -Fc`, and beside the script that restaurants are told to use (the dump, then
 * gzip), in turns and on the same data.
 */
export async function benchBackup(tills: readonly Till[], folder: string, rounds: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const till of tills) {
    const measured: Round[] = []
    for (let round = 0; round < rounds; round += 1)
      measured.push({
        bare: await bareDump(till, folder),
        script: await dumpAndGzip(till, folder),
        larder: await larderBackup(till),
      })
    figures.push(...ratios(`${till.megabytes} MB`, measured))
  }
  return figures
}

async function bareDump({ env }: Till, folder: string): Promise<Archive> {
  const file = join(folder, 'bare.dump')
  const cost = await run(await pgDump(), ['--format=custom', `--file=${file}`], env)
  return { ...cost, bytes: statSync(file).size }
}

async function dumpAndGzip(till: Till, folder: string): Promise<Archive> {
  const dump = await bareDump(till, folder)
  const file = join(folder, 'bare.dump')
  const gzip = await run('gzip', ['--force', file], {})
  return {
    wallMs: dump.wallMs + gzip.wallMs,
    cpuMs: dump.cpuMs + gzip.cpuMs,
    bytes: statSync(`${file}.gz`).size,
  }
}

const third = 1 / 3
/** More than nothing must be won against the script. */
const less = 0.999

function ratios(size: string, rounds: readonly Round[]): Figure[] {
  const ratio = (
    name: string,
    of: keyof Archive,
    to: 'bare' | 'script',
    must: number,
    aim: number | null = null,
  ): Figure =>
    figure(
      `${size}: ${name}`,
      rounds.map((round) => round.larder[of] / round[to][of]),
      must,
      aim,
    )
  return [
    ratio('wall ÷ bare dump', 'wallMs', 'bare', 0.75, 0.45),
    ratio('client CPU ÷ bare dump', 'cpuMs', 'bare', 0.7, 0.4),
    ratio('size ÷ bare dump', 'bytes', 'bare', 0.98),
    ratio('wall ÷ dump and gzip', 'wallMs', 'script', less, third),
    ratio('CPU ÷ dump and gzip', 'cpuMs', 'script', less, third),
    ratio('size ÷ dump and gzip', 'bytes', 'script', less),
  ]
}
