import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { FaultError } from '../../shared/fault.ts'

/** Every file in a backup folder is born under this name (INV-2), so anything that ends so is not a backup. */
export const partialName = (file: string): string => `${file}.partial`

/**
 * Writes a stream to `<file>.partial`, which must not exist yet, and makes it durable. The final name appears only
 * with `commit`. Throws DISK_FULL or DEST_UNAVAILABLE; the caller removes the partial file.
 */
export async function writePartial(
  file: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const handle = await open(partialName(file), 'wx', 0o600).catch((error: unknown) => {
    throw folderFault(error, dirname(file))
  })
  try {
    // A failure of the source is not the folder's: only what the handle throws is translated.
    for await (const chunk of bytes) await writeAll(handle, chunk, file)
    await handle.sync().catch((error: unknown) => {
      throw folderFault(error, dirname(file))
    })
  } finally {
    await handle.close()
  }
}

async function writeAll(
  handle: Awaited<ReturnType<typeof open>>,
  chunk: Uint8Array,
  file: string,
): Promise<void> {
  try {
    for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten
  } catch (error) {
    throw folderFault(error, dirname(file))
  }
}

/** Gives a whole and durable partial file its final name. Never replaces a file (INV-3). */
export async function commit(file: string): Promise<void> {
  if (await exists(file)) throw new FaultError('INTERNAL', { detail: `${file} exists already` })
  await renameWhenFree(partialName(file), file)
  await syncFolder(dirname(file))
}

/** Makes the folder of a backup; the root must be there already, or a pulled drive would be written beside. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw folderFault(error, folder)
  })
}

export const removePartial = (file: string): Promise<void> => rm(partialName(file), { force: true })

export const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** Antivirus programs hold a new file for a second or two after it is closed. */
async function renameWhenFree(from: string, to: string, tries = 10): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!['EBUSY', 'EPERM', 'EACCES'].includes(errorCode(error)) || process.platform !== 'win32')
      throw folderFault(error, dirname(to))
    if (tries <= 1) throw new FaultError('DEST_BUSY', { detail: to, cause: error })
    await wait(300)
    await renameWhenFree(from, to, tries - 1)
  }
}

/** A rename is durable when its folder is. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** What an error of the file system means for a backup folder. */
export function folderFault(error: unknown, folder: string): FaultError {
  if (error instanceof FaultError) return error
  const detail = error instanceof Error ? error.message : String(error)
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(error)))
    return new FaultError('DISK_FULL', { values: { free: 'nothing', need: 'more' }, detail, cause: error })
  return new FaultError('DEST_UNAVAILABLE', { values: { folder }, detail, cause: error })
}
