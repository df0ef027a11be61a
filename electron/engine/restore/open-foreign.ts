import { createReadStream, createWriteStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CancelledError, FaultError } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import { reserveBytes } from '../backup/backup-rules.ts'
import type { World } from '../world.ts'
import { headBytes, lookAtFolder, lookAtHead, type ForeignKind, type Seen } from './foreign-rules.ts'
import { scanSql } from './sql-scan-rules.ts'
import { isWhole } from './whole-archive.ts'

/** A file of which we know what it is, and that it holds no command to psql. No PostgreSQL tool has seen it. */
export interface ForeignArchive {
  readonly kind: ForeignKind
  /** Absolute; the file that was given, or what was unpacked from it. */
  readonly path: string
}

interface Opening {
  /** Private, there already, and removed by whoever made it. */
  readonly into: string
  readonly world: Pick<World, 'space'>
  readonly signal: AbortSignal
}

/**
 * Finds out what a stranger's file is, and unpacks it when gzip has packed it. Throws FOREIGN_UNREADABLE, DISK_FULL
 * before the reserve of the disk is touched, however much comes out of a small file, or CancelledError.
 */
export async function openForeign(file: string, opening: Opening): Promise<ForeignArchive> {
  const given = resolve(file)
  try {
    const seen = await lookAt(given)
    const path = 'kind' in seen && seen.kind === 'gzip' ? await unpack(given, opening) : given
    const inside = path === given ? seen : await lookAt(path)
    if ('problem' in inside) throw unreadable(inside.problem)
    if (inside.kind === 'gzip') throw unreadable('it is packed twice; unpack it first (gzip -d)')
    const archive = { kind: inside.kind, path }
    if (!(await isWhole(archive))) throw unreadable('it stops in the middle')
    if (archive.kind === 'sql') await readAll(safeSql(path, opening.signal))
    return archive
  } catch (error) {
    throw asFault(error, opening.signal)
  }
}

async function readAll(pieces: AsyncIterable<unknown>): Promise<void> {
  const reader = pieces[Symbol.asyncIterator]()
  while (!(await reader.next()).done);
}

const unreadable = (problem: string, cause?: unknown): FaultError =>
  new FaultError('FOREIGN_UNREADABLE', {
    values: { problem },
    ...(cause instanceof Error ? { cause, detail: cause.message } : {}),
  })

async function lookAt(path: string): Promise<Seen> {
  const what = await stat(path)
  if (what.isDirectory()) return lookAtFolder(await readdir(path))
  if (!what.isFile()) return { problem: 'it is neither a file nor a folder' }
  await using handle = await open(path)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  return lookAtHead(buffer.subarray(0, bytesRead))
}

/** After so many bytes the disk is asked again; nobody else is expected to write as much meanwhile. */
const askEveryBytes = 8 * 1024 * 1024

async function unpack(file: string, { into, world, signal }: Opening): Promise<string> {
  const path = join(into, 'unpacked')
  const watching = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let unasked = askEveryBytes
    for await (const chunk of chunks) {
      unasked += chunk.length
      if (unasked > askEveryBytes) {
        await refuseWithoutRoom(into, world)
        unasked = chunk.length
      }
      yield chunk
    }
  }
  const out = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  await pipeline(createReadStream(file), createGunzip(), watching, out, { signal })
  return path
}

async function refuseWithoutRoom(into: string, world: Opening['world']): Promise<void> {
  const { freeBytes, totalBytes } = await world.space(into)
  const needBytes = reserveBytes(totalBytes) + 2 * askEveryBytes
  if (freeBytes >= needBytes) return
  const values = { free: formatBytes(freeBytes, 'en'), need: formatBytes(needBytes, 'en') }
  throw new FaultError('DISK_FULL', { values, detail: `The file is unpacked in ${into}.` })
}

const byteOrderMark = [0xef, 0xbb, 0xbf]

/**
 * The SQL text of a file as psql may have it, without the lines that guard it (ours is another one). Throws
 * FOREIGN_UNREADABLE at the first command to psql, with its line, and at the end of a text that stops in the middle.
 */
export async function* safeSql(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const scan = scanSql()
  let isFirst = true
  // Without an encoding a stream of a file gives buffers.
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 256 * 1024, signal })
  for await (const bytes of chunks) {
    const hasMark = isFirst && byteOrderMark.every((byte, at) => bytes[at] === byte)
    yield* scan.push(hasMark ? bytes.subarray(byteOrderMark.length) : bytes)
    isFirst = false
    const problem = scan.problem()
    if (problem !== undefined) throw unreadable(problem)
  }
  const problem = scan.end()
  if (problem !== undefined) throw unreadable(problem)
}

function asFault(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof FaultError) return error
  if (signal.aborted) return new CancelledError('The file was not opened to its end.', { cause: error })
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return new FaultError('DISK_FULL', { cause: error })
  if (code.startsWith('Z_'))
    return unreadable('it is a gzip file that is damaged or stops in the middle', error)
  if (code === 'ENOENT') return unreadable('there is no such file', error)
  return code === '' ? error : unreadable('it cannot be read from its disk', error)
}
