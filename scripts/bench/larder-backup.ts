import { join } from 'node:path'
import { build } from 'vite'
import { run } from './accounting.ts'
import type { BackupCost } from './one-backup.ts'
import type { Till } from './tills.ts'

export const built = join(import.meta.dirname, '../../out/bench')
const electron = join(import.meta.dirname, '../../electron')

/** Builds what the benchmark runs, as the app is built: sources would pay for their TypeScript in every thread. */
export async function buildLarderBackup(): Promise<void> {
  const input = {
    'one-backup': join(import.meta.dirname, 'one-backup.ts'),
    'one-proof': join(import.meta.dirname, 'one-proof.ts'),
    'one-restore': join(import.meta.dirname, 'one-restore.ts'),
    'pipeline-worker': join(electron, 'engine/backup/pipeline-worker.ts'),
  }
  await build({
    configFile: join(electron, 'vite.config.ts'),
    root: electron,
    logLevel: 'warn',
    build: { outDir: built, rolldownOptions: { input } },
  })
}

/**
 * One whole backup in a new process: compressed, sealed, hashed, durable, read back, with fingerprint, roles, manifest
 * and catalogue. It runs in this Node, which is the one that ships inside Electron.
 */
export async function larderBackup(
  { dataFolder, database }: Till,
  { withDelay = false, onStart }: { withDelay?: boolean; onStart?: (pid: number) => void } = {},
): Promise<BackupCost> {
  const order = JSON.stringify({ dataFolder, database, withDelay })
  const { output } = await run(process.execPath, [join(built, 'one-backup.js'), order], {}, onStart)
  return JSON.parse(output) as BackupCost // Its own program wrote it.
}
