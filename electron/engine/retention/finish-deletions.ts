import { toFault } from '../../shared/fault.ts'
import { requireBackupFolder } from '../backup/backup-folder.ts'
import { exists, partialName } from '../backup/partial-file.ts'
import { abandonedDeletions, endDeletion, type Deletion } from '../catalogue/deletions.ts'
import type { Site } from '../site.ts'
import { inOrder, removeAll } from './delete-backup.ts'
import { filesOf } from './stored-files-rules.ts'

/**
 * Brings deletions to an end that a crash or another program cut off: to the deletion when the manifest had lost its
 * name, and otherwise to where they began. What lies on a drive that is away now waits for the next time.
 */
export async function finishDeletions(site: Site): Promise<void> {
  const { catalogue, world, settings } = site
  for (const deletion of abandonedDeletions(catalogue, world.now())) {
    if (deletion.folder !== settings.folder) continue
    try {
      await requireBackupFolder(settings)
      const outcome = await finish(deletion)
      endDeletion(catalogue, deletion, outcome, world.now())
      world.log.warn(`the deletion of backup ${deletion.backupId} was cut off; it is now ${outcome}`)
    } catch (error) {
      const why = toFault(error).detail ?? toFault(error).code
      world.log.warn(`the deletion of backup ${deletion.backupId} cannot be finished yet: ${why}`)
    }
  }
}

async function finish({ folder, file }: Deletion): Promise<'deleted' | 'undone'> {
  const files = filesOf(file)
  if (files === undefined) return 'undone'
  const paths = inOrder(folder, files)
  const [manifest = '', ...others] = paths
  if (await exists(manifest)) return 'undone'
  // Without a manifest set aside, what is still there lost its own in some other way, and is nobody's to delete.
  const wasBegun = await exists(partialName(manifest))
  if (!wasBegun && (await Promise.all(others.map(exists))).includes(true)) return 'undone'
  await removeAll(paths)
  return 'deleted'
}
