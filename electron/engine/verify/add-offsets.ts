import { open, type FileHandle } from 'node:fs/promises'
import { beginWalk, walkOn, type Walk } from './archive-blocks-rules.ts'
import { fillIn, readToc, type Toc } from './archive-toc-rules.ts'

/**
 * Writes into the table of contents of a plain archive where the data of each entry begins. An archive that pg_dump
 * wrote to a pipe lacks that, and without it every job of pg_restore reads the file from its beginning to find its
 * table. Returns false, and leaves the file as it is, for anything that is not exactly such an archive. Only for a
 * file of our own: what it is given is changed in place.
 */
export async function addOffsets(file: string, signal?: AbortSignal): Promise<boolean> {
  const handle = await open(file, 'r+')
  try {
    const { size } = await handle.stat()
    const start = await readStart(handle, size)
    if (start === undefined) return false
    const walk = beginWalk(start.toc.end)
    if (!(await walkToEnd(handle, walk, size, signal))) return false
    // Everything is known by now; one write, so that there is no half of it.
    if (!fillIn(start.bytes, start.toc, walk.blocks)) return false
    await handle.write(start.bytes, 0, start.toc.end, 0)
    return true
  } finally {
    await handle.close()
  }
}

const firstTryBytes = 256 * 1024
/** Some 100,000 tables. What has more is restored without. */
const longestTocBytes = 64 * 1024 * 1024

/** Reads more and more of the file until the whole table of contents is there. */
async function readStart(
  handle: FileHandle,
  size: number,
): Promise<{ readonly bytes: Uint8Array; readonly toc: Toc } | undefined> {
  for (let most = firstTryBytes; most <= longestTocBytes; most *= 4) {
    const bytes = await readAt(handle, new Uint8Array(Math.min(most, size)), 0)
    const toc = readToc(bytes)
    if (toc === 'strange') return undefined
    if (toc !== 'short') return { bytes, toc }
    if (bytes.length === size) return undefined
  }
  return undefined
}

const sliceBytes = 1024 * 1024

/** True when the blocks end where the file does. Each slice is a millisecond of work. */
async function walkToEnd(
  handle: FileHandle,
  walk: Walk,
  size: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const buffer = new Uint8Array(sliceBytes)
  while (walk.position < size) {
    signal?.throwIfAborted()
    const before = walk.position
    const isKnown = walkOn(walk, await readAt(handle, buffer, before))
    if (!isKnown || walk.position === before) return false
  }
  return walk.position === size && walk.expected === 'block'
}

async function readAt(handle: FileHandle, into: Uint8Array, position: number): Promise<Uint8Array> {
  const { bytesRead } = await handle.read(into, 0, into.length, position)
  return into.subarray(0, bytesRead)
}
