import { join } from 'node:path'
import { execPath } from 'node:process'
import { addOffsets } from '../../electron/engine/verify/add-offsets.ts'
import { restoreInto } from '../../electron/engine/verify/restore-archive.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { newestDebianBinDir } from '../private-postgres/binaries.ts'
import { figure, run, type Figure } from './accounting.ts'
import { built, larderBackup } from './larder-backup.ts'
import type { ProofCost } from './one-proof.ts'
import { pgDump, type Till } from './tills.ts'

interface Round {
  readonly dumpMs: number
  readonly proofMs: number
  readonly serialMs: number
  readonly jobsMs: number
}

/**
 * A whole proof beside a bare `pg_dump -Fc` of the same data, and the restore step of a real restore beside the serial
 * `pg_restore` of a dump in a file, in turns.
 */
export async function benchProof(tills: readonly Till[], folder: string, rounds: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const till of tills) {
    await larderBackup(till)
    const stream = await streamedArchive(till, folder)
    const measured: Round[] = []
    for (let round = 0; round < rounds; round += 1) {
      const file = join(folder, 'bare.dump')
      measured.push({
        dumpMs: (await run(await pgDump(), ['--format=custom', `--file=${file}`], till.env)).wallMs,
        proofMs: await proof(till),
        serialMs: await restoring(till, () => serialRestore(till, file)),
        jobsMs: await restoring(till, () => restoreStep(till, stream)),
      })
    }
    const size = `${till.megabytes} MB`
    const ratio = (
      name: string,
      of: keyof Round,
      to: keyof Round,
      must: number,
      aim: number | null,
    ): Figure =>
      figure(
        `${size}: ${name}`,
        measured.map((round) => round[of] / round[to]),
        must,
        aim,
      )
    figures.push(ratio('proof ÷ bare dump', 'proofMs', 'dumpMs', 1.5, 1))
    figures.push(ratio('restore step ÷ serial pg_restore', 'jobsMs', 'serialMs', 0.75, null))
  }
  return figures
}

async function proof({ dataFolder }: Till): Promise<number> {
  const { output } = await run(execPath, [join(built, 'one-proof.js'), dataFolder], {})
  const { wallMs, verdict, phases } = JSON.parse(output) as ProofCost // Its own program wrote it.
  if (verdict !== 'proven') throw new Error(`the proof found ${verdict}`)
  const begins = Object.entries(phases).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(1)}`)
  console.log(`a proof of ${(wallMs / 1000).toFixed(1)} s: ${begins.join(', ')}`)
  return wallMs
}

/** An archive as a backup holds it, opened: it came through a pipe, and then learned where its data is. */
async function streamedArchive({ env }: Till, folder: string): Promise<string> {
  const file = join(folder, 'streamed.dump')
  const script = '"$1" --format=custom --compress=0 | cat > "$2"'
  await run('bash', ['-o', 'pipefail', '-c', script, 'bash', await pgDump(), file], env)
  if (!(await addOffsets(file))) throw new Error('the archive did not learn where its data is')
  return file
}

const target = 'restored'
const pgRestore = async (): Promise<string> => join(await newestDebianBinDir('pg_restore'), 'pg_restore')

/** The wall time of restoring into a new database of the till's own server. */
async function restoring({ env }: Till, restore: () => Promise<unknown>): Promise<number> {
  const psql = join(await newestDebianBinDir('psql'), 'psql')
  const ask = (sql: string) => run(psql, ['--quiet', '--no-psqlrc', '--command', sql], env)
  await ask(`CREATE DATABASE ${target} TEMPLATE template0`)
  const startedAt = performance.now()
  await restore()
  const wallMs = performance.now() - startedAt
  await ask(`DROP DATABASE ${target}`)
  return wallMs
}

const serialRestore = async ({ env }: Till, file: string) =>
  run(await pgRestore(), [`--dbname=${target}`, file], env)

async function restoreStep({ env }: Till, archive: string): Promise<void> {
  const { PGHOST: host = '', PGPORT: port, PGUSER: user = '', PGPASSWORD: password = '' } = env
  const server = { host, port: Number(port), user, database: target, tls: 'disable' } as const
  const differences = await restoreInto(
    { server, password: new Secret(password), database: target },
    { archive },
    {
      pgRestore: await pgRestore(),
      account: undefined,
      signal: new AbortController().signal,
      timeLimitMs: 0,
      onChild: () => undefined,
      owners: 'keep',
      lowPriority: false,
    },
  )
  if (differences.length > 0) throw new Error(`not restored: ${JSON.stringify(differences)}`)
}
