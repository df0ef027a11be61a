import { rm } from 'node:fs/promises'
import { exists, partialName } from './partial-file.ts'

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
