import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runningJobs } from '../catalogue/job-history.ts'
import type { Site } from '../site.ts'

/** Where one restore opens its archive: private, and named by the job so that a later life finds it. */
export const restoreFolder = (dataFolder: string, jobId: string): string => join(dataFolder, 'restore', jobId)

/** Runs some work with that folder; nothing of it remains, whatever the outcome (INV-18). */
export async function inRestoreFolder<T>(
  { world }: Pick<Site, 'world'>,
  jobId: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = restoreFolder(world.dataFolder, jobId)
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  await mkdir(folder, { mode: 0o700 })
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(
      (error: unknown) => {
        world.log.error(`the folder of a restore is left for the next start to remove: ${String(error)}`)
      },
    )
  }
}

/** Removes what restores of a killed Larder left open; those of jobs that run now are left alone. */
export async function sweepRestoreFolders({ world, catalogue }: Site): Promise<void> {
  const names = await readdir(join(world.dataFolder, 'restore')).catch(() => [])
  const running = new Set(runningJobs(catalogue).map(({ job }) => job.id))
  for (const jobId of names.filter((name) => !running.has(name)))
    await rm(restoreFolder(world.dataFolder, jobId), { recursive: true, force: true }).catch(
      (error: unknown) => {
        world.log.warn(`the rest of an unfinished restore cannot be removed yet (${jobId}): ${String(error)}`)
      },
    )
}
