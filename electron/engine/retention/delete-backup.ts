import { lstat, open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FaultError } from '../../shared/fault.ts'
import { readManifest } from '../backup/manifest.ts'
import { exists, folderFault, partialName } from '../backup/partial-file.ts'
import { beginDeletion, endDeletion, leaveDeletion } from '../catalogue/deletions.ts'
import { setPinned } from '../catalogue/pins.ts'
import { thisProcess } from '../catalogue/process-identity.ts'
import type { Stored } from '../catalogue/retained.ts'
import { verifyingKeys } from '../keys.ts'
import type { Site } from '../site.ts'
import { clockPlayMs } from './retention-rules.ts'
import { filesOf, type StoredFiles } from './stored-files-rules.ts'

interface Order {
  /** The plan that says so. */
  readonly plan: string
  readonly reason: string
  readonly floor: number
}

/**
 * Deletes one backup from the backup folder, or nothing of it. First it is claimed in the journal; its files are looked
 * at; then they leave their names in one go, the manifest first, because it is what makes the others a backup. Only then
 * are they removed, the manifest last, and the backup leaves the list together with the end of the entry. A crash
 * anywhere is finished at the next start (finish-deletions.ts). Returns false when a last look shows that it must stay.
 * Throws DEST_BUSY when another program holds a file, BACKUP_CORRUPT when it is not the backup that is listed,
 * DEST_UNAVAILABLE.
 */
export async function deleteBackup(site: Site, copy: Stored, order: Order): Promise<boolean> {
  const { catalogue, settings, world } = site
  const now = world.now()
  const entry = { ...order, backupId: copy.id, owner: thisProcess(), now, until: now + clockPlayMs }
  const seq = beginDeletion(catalogue, entry)
  if (seq === undefined) return false
  const end = (outcome: 'deleted' | 'undone'): void =>
    endDeletion(catalogue, { seq, backupId: copy.id }, outcome, world.now())
  const files = await requireSame(site, copy).catch((error: unknown) => {
    end('undone')
    throw error
  })
  if (await exists(join(settings.folder, files.pin))) {
    end('undone')
    setPinned(catalogue, copy.id, now)
    return false
  }
  const paths = inOrder(settings.folder, files)
  try {
    await setAside(paths)
  } catch (error) {
    if (await putBack(paths)) end('undone')
    else leaveDeletion(catalogue, seq)
    throw heldOr(error, settings.folder)
  }
  try {
    await removeAll(paths)
  } catch (error) {
    leaveDeletion(catalogue, seq)
    throw heldOr(error, settings.folder)
  }
  end('deleted')
  return true
}

/** In the order in which they go; they come back in the opposite one, so a manifest in its place has its files. */
export const inOrder = (folder: string, { manifest, archive, globals }: StoredFiles): readonly string[] =>
  [manifest, archive, globals].map((name) => join(folder, name))

async function setAside(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rename(path, partialName(path))
  await syncFolderOf(paths)
}

/** True when all files have their names again. */
async function putBack(paths: readonly string[]): Promise<boolean> {
  try {
    for (const path of paths.toReversed()) {
      if (await exists(partialName(path))) await rename(partialName(path), path)
      else if (!(await exists(path))) return false
    }
    await syncFolderOf(paths)
    return true
  } catch {
    return false
  }
}

/** Removes the files of a backup under either of their names, the manifest last: while it is there, it tells. */
export async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths.toReversed()) {
    await rm(path, { force: true })
    await rm(partialName(path), { force: true })
  }
  await syncFolderOf(paths)
}

/** What was removed must not come back with the power. Windows has no such call and needs none. */
async function syncFolderOf([path]: readonly string[]): Promise<void> {
  if (process.platform === 'win32' || path === undefined) return
  const handle = await open(dirname(path), 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes sure, right before the deletion, that these files are the backup that is listed: plain files in the site's own
 * folder, no link on the way, the right size, and a manifest that this site signed for this very backup.
 */
async function requireSame({ settings }: Site, copy: Stored): Promise<StoredFiles> {
  const { folder, keys } = settings
  const changed = (detail: string): FaultError =>
    new FaultError('BACKUP_CORRUPT', { detail: `backup ${copy.id}: ${detail}` })
  const files = filesOf(copy.file)
  if (files === undefined) throw changed(`“${copy.file}” is no name that Larder gives`)
  try {
    const place = dirname(copy.file)
    if ((await realpath(join(folder, place))) !== join(await realpath(folder), place))
      throw changed('its folder is a link')
    for (const [name, bytes] of [[files.manifest], [files.archive, copy.bytes], [files.globals]] as const) {
      const found = await lstat(join(folder, name))
      if (!found.isFile()) throw changed(`${name} is no file`)
      if (bytes !== undefined && found.size !== bytes) throw changed(`${name} has ${found.size} bytes`)
    }
    const manifest = readManifest(
      await readFile(join(folder, files.manifest), 'utf8'),
      ...verifyingKeys(keys),
    )
    const names = [manifest.archive.name, manifest.globals.name].map((name) => `${place}/${name}`)
    const isSame =
      manifest.id === copy.id &&
      manifest.archive.sha256 === copy.sha256 &&
      names[0] === files.archive &&
      names[1] === files.globals
    if (!isSame) throw changed('its manifest tells of another backup')
    return files
  } catch (error) {
    if (error instanceof FaultError && error.code === 'SIGNATURE_BAD')
      throw changed('its manifest is not ours')
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw changed(error.message)
    throw heldOr(error, folder)
  }
}

/** Antivirus programs hold files for a while; Windows says so in three ways. */
function heldOr(error: unknown, folder: string): FaultError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const held = process.platform === 'win32' ? ['EBUSY', 'EPERM', 'EACCES'] : ['EBUSY', 'ETXTBSY']
  if (!held.includes(code)) return folderFault(error, folder)
  return new FaultError('DEST_BUSY', { detail: String(error), cause: error })
}
