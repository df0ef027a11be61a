import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { ForeignArchive } from './open-foreign.ts'
import { blockBytes, tarHeader } from './tar-rules.ts'

/**
 * Whether all of an archive is there, as far as its frame tells and pg_restore would not notice: rows that are missing
 * at the end of a tar file, or in an emptied file of a folder, are no error to it. It looks after the others itself.
 */
export async function isWhole({ kind, path }: ForeignArchive): Promise<boolean> {
  if (kind === 'tar') return await isWholeTar(path)
  return kind !== 'directory' || (await isWholeFolder(path))
}

async function isWholeTar(path: string): Promise<boolean> {
  await using file = await open(path)
  const block = Buffer.alloc(blockBytes)
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(block, 0, blockBytes, at)
    const header = tarHeader(block.subarray(0, bytesRead))
    if (typeof header === 'string') return header === 'end'
    at += blockBytes + header.bytes
  }
}

/** Neither gzip nor lz4 nor zstd makes nothing of nothing; rows end with an empty line. */
async function isWholeFolder(folder: string): Promise<boolean> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (/\.dat\.\w+$/.test(name) && (await stat(path)).size === 0) return false
    if (/^\d+\.dat$/.test(name) && !(await endsWithEmptyLine(path))) return false
  }
  return true
}

async function endsWithEmptyLine(path: string): Promise<boolean> {
  await using file: FileHandle = await open(path)
  const { size } = await file.stat()
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, Math.max(0, size - 2))
  return buffer.toString('latin1', 0, bytesRead) === '\n\n'
}
