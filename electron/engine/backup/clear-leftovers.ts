import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isPartialName } from './backup-rules.ts'
import { exists, folderFault, partialName } from './partial-file.ts'

/**
 * Removes what a backup that did not end well left behind. The manifest is the last of the files: once it stands under
 * its final name the backup is whole, and nothing is touched.
 */
export async function clearLeftovers(files: readonly string[]): Promise<void> {
  const manifest = files.at(-1)
  if (manifest === undefined || (await exists(manifest))) return
  for (const file of files) {
    await rm(partialName(file), { force: true })
    await rm(file, { force: true })
  }
}

/**
 * Removes half-written files that no job answers for any more, because the drive was away or the catalogue lost when
 * they should have been removed. Only names that Larder gives, and only what was last written before `olderThan` (ms):
 * no backup takes that long, so nobody can be writing it. Returns what was removed. Throws DEST_UNAVAILABLE.
 */
export async function clearStrays(folder: string, olderThan: number): Promise<string[]> {
  const removed: string[] = []
  try {
    const names = await readdir(folder, { recursive: true })
    for (const file of names.filter(isPartialName).map((name) => join(folder, name))) {
      if ((await stat(file)).mtimeMs >= olderThan) continue
      await rm(file, { force: true })
      removed.push(file)
    }
    return removed
  } catch (error) {
    throw folderFault(error, folder)
  }
}
