import { statfs } from 'node:fs/promises'

/** Room on the volume that holds the folder, in bytes, as an ordinary user may use it. */
export async function diskSpace(folder: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
