import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

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

/**
 * The same without giving way to other work, for a change made under a lock. Durable when it returns: no power cut
 * brings the old text back.
 */
export function writeAtomicallyNow(file: string, text: string): void {
  const draft = `${file}.new`
  const written = openSync(draft, 'w', 0o600)
  try {
    writeFileSync(written, text)
    fsyncSync(written)
  } finally {
    closeSync(written)
  }
  renameSync(draft, file)
  // A rename is durable when its folder is. Windows has no such call and needs none.
  if (process.platform === 'win32') return
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
