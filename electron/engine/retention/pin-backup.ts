import { rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { FaultError } from '../../shared/fault.ts'
import type { Backup } from '../../shared/model.ts'
import { requireBackupFolder } from '../backup/backup-folder.ts'
import { commit, exists, folderFault, removePartial, writePartial } from '../backup/partial-file.ts'
import { setPinned } from '../catalogue/pins.ts'
import type { Site } from '../site.ts'
import { filesOf } from './stored-files-rules.ts'

/**
 * Pins a backup, so that it is never deleted (INV-14), or lets it go its way again. The pin is an empty file beside the
 * backup, so it holds even when the catalogue is lost; as long as one of the two says so, it counts as pinned. Throws
 * DEST_UNAVAILABLE.
 */
export async function pinBackup(
  site: Site,
  backup: Backup,
  { isPinned }: { readonly isPinned: boolean },
): Promise<Backup> {
  const pin = await pinOf(site, backup)
  if (!isPinned) await unlink(pin)
  else if (!(await exists(pin))) {
    await removePartial(pin)
    await writePartial(pin, [])
    await commit(pin)
  }
  setPinned(site.catalogue, backup.id, isPinned ? site.world.now() : null)
  return { ...backup, pinned: isPinned }
}

const unlink = (file: string): Promise<void> =>
  rm(file, { force: true }).catch((error: unknown) => {
    throw folderFault(error, dirname(file))
  })

async function pinOf({ settings }: Site, { file }: Backup): Promise<string> {
  const { folder } = settings
  await requireBackupFolder(settings)
  const pin = filesOf(relative(folder, file).replaceAll('\\', '/'))?.pin
  if (pin !== undefined) return join(folder, pin)
  throw new FaultError('DEST_UNAVAILABLE', { values: { folder }, detail: `${file} is not in it` })
}
