import { open, rename } from 'node:fs/promises'

/**
 * Replaces a small file of the data folder so that after any crash it holds the old text or the new one, whole.
 * Only the account that runs Larder can read it.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const draft = `${file}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
}
