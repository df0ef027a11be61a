import { join } from 'node:path'
import { FaultError, toFault } from '../shared/fault.ts'
import type { Manifest, Settings } from '../shared/model.ts'
import { requireBackupFolder, requireOwnFolder } from './backup/backup-folder.ts'
import { clearLeftovers, clearStrays } from './backup/clear-leftovers.ts'
import { readManifest } from './backup/manifest.ts'
import { markCleared, reconcile } from './catalogue/interrupted-jobs.ts'
import { openOrReplaceCatalogue } from './catalogue/open-or-replace.ts'
import { isCertainlyAlive } from './catalogue/process-identity.ts'
import { adoptUnlisted, needsRebuild, rebuildCatalogue } from './catalogue/rebuild.ts'
import { verifyingKeys } from './keys.ts'
import type { Limits, Site } from './site.ts'
import { finishDeletions } from './retention/finish-deletions.ts'
import { finishInterruptedRestores } from './restore/finish-interrupted.ts'
import { sweepProofs } from './verify/proof-folder.ts'
import { sweepProofsOnTill } from './verify/scratch-on-till.ts'
import type { World } from './world.ts'

/**
 * Opens a site for work: the catalogue, rebuilt from the manifests when it was lost or damaged (INV-16), and rid of
 * what a killed Larder left behind (INV-5, INV-7). Throws CATALOGUE_NEWER.
 */
export async function openSite(world: World, settings: Settings, limits: Limits): Promise<Site> {
  const { sqliteBinding, busyWaitMs } = world
  const { catalogue, replaced } = openOrReplaceCatalogue(
    join(world.dataFolder, 'catalogue.db'),
    world.now(),
    { sqliteBinding, busyWaitMs },
  )
  const site = { world, settings, catalogue, limits }
  if (replaced !== null) world.log.warn(`the catalogue was damaged; the old file is kept as ${replaced}`)
  await clearInterrupted(site)
  await sweepProofs(site)
  await sweepProofsOnTill(site)
  await finishInterruptedRestores(site)
  await finishDeletions(site)
  await learnFromFolder(site)
  return site
}

/** A folder that is away now will be learned from at the next start; the backups on it are not lost. */
async function learnFromFolder({ world, settings, catalogue, limits }: Site): Promise<void> {
  const keys = verifyingKeys(settings.keys)
  const read = (bytes: Buffer): Manifest => readManifest(bytes.toString(), ...keys)
  try {
    // An empty folder where the drive used to be would make every backup look missing. One that is write-protected
    // still tells what is in it.
    await requireOwnFolder(settings)
    const found = needsRebuild(catalogue)
      ? await rebuildCatalogue(catalogue, settings.folder, read, world.now())
      : await adoptUnlisted(catalogue, settings.folder, read)
    if (found.listed > 0) world.log.info(`${found.listed} backups were listed from their manifests`)
    for (const { file, detail } of found.unknown)
      world.log.warn(`${file} is not a backup of this site: ${detail}`)
    for (const file of await clearStrays(settings.folder, world.now() - limits.totalMs))
      world.log.warn(`${file} was never finished and is gone`)
  } catch (error) {
    if (!(error instanceof FaultError) || error.code !== 'DEST_UNAVAILABLE') throw error
    world.log.warn(`the backup folder cannot be used: ${error.fault.detail ?? ''}`)
  }
}

/** Whatever lies on a drive that is away now is cleared at the start after it came back. */
async function clearInterrupted({ world, settings, catalogue }: Site): Promise<void> {
  for (const { job, partialPaths, child } of reconcile(catalogue, world.now())) {
    const about = `${job.kind} of ${job.database} was interrupted`
    try {
      if (child !== null && isCertainlyAlive(child)) process.kill(child.pid, 'SIGKILL')
      // A restore backs up the till before it.
      const isBackup = job.kind === 'backup' || (job.kind === 'restore' && partialPaths.length > 0)
      if (isBackup) await requireBackupFolder(settings)
      await clearLeftovers(partialPaths)
      markCleared(catalogue, job.id, world.now())
      world.log.warn(`${about}; what it left behind is gone (${job.id})`)
    } catch (error) {
      world.log.warn(`${about}; what it left behind cannot be removed yet: ${toFault(error).detail ?? ''}`)
    }
  }
}
