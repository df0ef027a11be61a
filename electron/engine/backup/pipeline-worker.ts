import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { CancelledError, FaultError, toFault } from '../../shared/fault.ts'
import { lastLines } from '../postgres/pg-rules.ts'
import { requireSuccess, startTool, type RunningTool } from '../postgres/run-tool.ts'
import { Secret } from '../secret.ts'
import { opened, sealed } from './age.ts'
import { feed } from './feed.ts'
import { folderFault, writePartial } from './partial-file.ts'
import type { Measured, PipelineMessage, PipelineRequest, ReadRequest, SealRequest } from './pipeline.ts'
import { compressed, decompressed } from './zstd.ts'

type Bytes = AsyncIterable<Uint8Array>

const progressEveryMs = 200
const cancelling = new AbortController()
const counted = { plainBytes: 0, storedBytes: 0, table: null as string | null }

const tell = (message: PipelineMessage): void => parentPort?.postMessage(message)

async function seal(request: SealRequest): Promise<Measured> {
  const tool = startTool(request.tool.path, request.tool.args, {
    env: request.tool.env,
    stdin: 'ignore',
    lowPriority: true,
    signal: cancelling.signal,
    stallLimitMs: request.stallMs,
    timeLimitMs: request.totalMs,
    isNews: noteTable,
  })
  tellChild(tool)
  const plain = meter('plainBytes')
  const stored = meter('storedBytes')
  const packed = request.compress ? compressed(plain.through(tool.stdout)) : plain.through(tool.stdout)
  const closed = request.recipients.length > 0 ? sealed(packed, request.recipients) : packed
  try {
    // Both must end well: a stream may finish before its process says that it failed.
    await writePartial(request.file, stored.through(closed))
    requireSuccess(await tool.ended, request.values)
    return measured(plain, stored)
  } finally {
    tool.kill()
    await tool.ended
  }
}

async function read(request: ReadRequest): Promise<Measured> {
  const stored = meter('storedBytes')
  const plain = meter('plainBytes')
  const file = createReadStream(request.path, { highWaterMark: 1024 * 1024, signal: cancelling.signal })
  const closed = stored.through(file)
  const packed = request.identity === null ? closed : opened(closed, new Secret(request.identity))
  const bytes = plain.through(request.compressed ? decompressed(packed) : packed)
  try {
    if (request.into !== undefined) await keep(bytes, request.into)
    else if (request.reader === null) await drain(bytes)
    else await readWith(request, bytes)
  } catch (error) {
    throw error instanceof FaultError ? error : folderFault(error, request.path)
  }
  return measured(plain, stored)
}

/** Lets pg_restore read the whole archive; what it prints is thrown away by its own `--file`. */
async function readWith({ reader, ...limits }: ReadRequest, bytes: Bytes): Promise<void> {
  if (reader === null) return
  const tool = startTool(reader.path, reader.args, {
    env: reader.env,
    stdin: 'pipe',
    lowPriority: true,
    signal: cancelling.signal,
    timeLimitMs: limits.totalMs,
  })
  tellChild(tool)
  tool.stdout.resume()
  if (tool.stdin === undefined) throw new Error('the reader has no input')
  try {
    await feed(bytes, tool.stdin)
    const end = await tool.ended
    if (end.how === 'exited' && end.code !== 0)
      throw new FaultError('BACKUP_CORRUPT', { detail: lastLines(end.stderr) })
    requireSuccess(end)
  } catch (error) {
    tool.kill()
    await tool.ended
    throw error
  }
}

function tellChild({ pid }: RunningTool): void {
  if (pid !== undefined) tell({ kind: 'child', pid })
}

const keep = (bytes: Bytes, into: string): Promise<void> =>
  writeFile(into, bytes, { flag: 'wx', mode: 0o600 })

async function drain(bytes: Bytes): Promise<void> {
  const iterator = bytes[Symbol.asyncIterator]()
  while (!(await iterator.next()).done);
}

interface Meter {
  through(bytes: Bytes): AsyncGenerator<Uint8Array>
  result(): { bytes: number; sha256: string }
}

function meter(name: 'plainBytes' | 'storedBytes'): Meter {
  const hash = createHash('sha256')
  return {
    async *through(bytes) {
      for await (const chunk of bytes) {
        hash.update(chunk)
        counted[name] += chunk.length
        yield chunk
      }
    },
    result: () => ({ bytes: counted[name], sha256: hash.digest('hex') }),
  }
}

function measured(plain: Meter, stored: Meter): Measured {
  const { bytes: plainBytes, sha256: plainSha256 } = plain.result()
  return { ...stored.result(), plainBytes, plainSha256 }
}

/**
 * `pg_dump --verbose` names each table as it begins to read it (LC_ALL=C, so in English). Its chatter is news; what
 * carries a severity, or stands without the tool's name, is a complaint.
 */
function noteTable(line: string): boolean {
  const name = /^pg_dump: dumping contents of table "(.+)"$/.exec(line)?.[1]
  if (name !== undefined) counted.table = name
  return /^pg_dump(?:all)?: (?!error|warning|detail|hint|terminated)/.test(line)
}

/** On Linux a priority belongs to a thread, so this leaves the window alone; elsewhere it would slow all of Larder. */
function giveWay(): void {
  if (process.platform === 'linux') setPriority(10)
}

async function run(request: PipelineRequest): Promise<void> {
  parentPort?.once('message', () => cancelling.abort())
  giveWay()
  const timer = setInterval(() => tell({ kind: 'progress', progress: { ...counted } }), progressEveryMs)
  try {
    tell({ kind: 'done', measured: await (request.kind === 'seal' ? seal(request) : read(request)) })
  } catch (error) {
    const ended = cancelling.signal.aborted || error instanceof CancelledError
    tell(ended ? { kind: 'cancelled' } : { kind: 'fault', fault: toFault(error) })
  } finally {
    clearInterval(timer)
  }
}

// A door: workerData is untyped, and pipeline.ts is the only one who sends it.
// oxlint-disable-next-line no-unsafe-type-assertion
await run(workerData as PipelineRequest)
