import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { CancelledError, FaultError, toFault } from '../../shared/fault.ts'
import { lastLines } from '../postgres/pg-rules.ts'
import { requireSuccess, startTool, type RunningTool } from '../postgres/run-tool.ts'
import { Secret } from '../secret.ts'
import { opened, sealed } from './age.ts'
import { feed } from './feed.ts'
import { givingBack } from './giving-back.ts'
import { folderFault, writePartial } from './partial-file.ts'
import type { Bytes } from './pieces.ts'
import type {
  Measured,
  PipelineCommand,
  PipelineMessage,
  PipelineProgress,
  PipelineRequest,
  ReadRequest,
  SealRequest,
} from './pipeline.ts'
import { compressed, decompressed } from './zstd.ts'

const progressEveryMs = 200
const nearlyEmptyBytes = 16 * 1024

/** What one request has come to. */
interface Run {
  readonly signal: AbortSignal
  readonly counted: { -readonly [Name in keyof PipelineProgress]: PipelineProgress[Name] }
}

const tell = (message: PipelineMessage): void => parentPort?.postMessage(message)

async function seal(request: SealRequest, run: Run): Promise<Measured> {
  const tool = startTool(request.tool.path, request.tool.args, {
    env: request.tool.env,
    stdin: 'ignore',
    lowPriority: true,
    signal: run.signal,
    stallLimitMs: request.stallMs,
    timeLimitMs: request.totalMs,
    isNews: (line) => noteTable(line, run),
  })
  tellChild(tool)
  const plain = meter(run, 'plainBytes')
  const stored = meter(run, 'storedBytes')
  const dumped = plain.through(unhurried(tool.stdout))
  const packed = request.compress ? givingBack(compressed(dumped)) : dumped
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

const nap = new Int32Array(new SharedArrayBuffer(4))

/**
 * Reads a pipe that is nearly empty only after a millisecond. pg_dump writes 4 KiB at a time, and answering every
 * write at once takes this thread twice the work of reading the same bytes in large pieces. On Linux only: the pipes
 * of other systems hold less than comes in their shortest wait.
 */
async function* unhurried(pipe: Bytes): AsyncGenerator<Uint8Array> {
  for await (const chunk of pipe) {
    if (chunk.length < nearlyEmptyBytes && process.platform === 'linux') Atomics.wait(nap, 0, 0, 1)
    yield chunk
  }
}

async function read(request: ReadRequest, run: Run): Promise<Measured> {
  const stored = meter(run, 'storedBytes')
  const plain = meter(run, 'plainBytes')
  const file = createReadStream(request.path, { highWaterMark: 1024 * 1024, signal: run.signal })
  const closed = stored.through(file)
  const packed = request.identity === null ? closed : givingBack(opened(closed, new Secret(request.identity)))
  const bytes = plain.through(request.compressed ? decompressed(packed) : packed)
  try {
    if (request.into !== undefined) await keep(bytes, request.into)
    else if (request.reader === null) await drain(bytes)
    else await readWith(request, bytes, run.signal)
  } catch (error) {
    throw error instanceof FaultError ? error : folderFault(error, request.path)
  }
  return measured(plain, stored)
}

/** Lets pg_restore read the whole archive; what it prints is thrown away by its own `--file`. */
async function readWith(
  { reader, ...limits }: ReadRequest,
  bytes: Bytes,
  signal: AbortSignal,
): Promise<void> {
  if (reader === null) return
  const tool = startTool(reader.path, reader.args, {
    env: reader.env,
    stdin: 'pipe',
    lowPriority: true,
    signal,
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

function meter({ counted }: Run, name: 'plainBytes' | 'storedBytes'): Meter {
  const hash = createHash('sha256')
  return {
    async *through(bytes) {
      for await (const chunk of givingBack(bytes)) {
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
function noteTable(line: string, { counted }: Run): boolean {
  const name = /^pg_dump: dumping contents of table "(.+)"$/.exec(line)?.[1]
  if (name !== undefined) counted.table = name
  return /^pg_dump(?:all)?: (?!error|warning|detail|hint|terminated)/.test(line)
}

/**
 * Behind everything else on this computer, unless somebody waits for it. On Linux a priority belongs to a thread, so
 * this leaves the window alone; elsewhere it would slow all of Larder.
 */
function giveWay(isAwaited: boolean): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(isAwaited ? 0 : 10)
  } catch {
    // Only root may take a priority back that was given up: then it is done a little later.
  }
}

async function work(request: PipelineRequest, signal: AbortSignal): Promise<void> {
  giveWay(request.kind === 'read' && request.isAwaited === true)
  const run: Run = { signal, counted: { plainBytes: 0, storedBytes: 0, table: null } }
  const tellProgress = (): void => tell({ kind: 'progress', progress: { ...run.counted } })
  const timer = setInterval(tellProgress, progressEveryMs)
  try {
    const found = await (request.kind === 'seal' ? seal(request, run) : read(request, run))
    // Whoever watches sees the end of even the shortest file.
    tellProgress()
    tell({ kind: 'done', measured: found })
  } catch (error) {
    const ended = signal.aborted || error instanceof CancelledError
    tell(ended ? { kind: 'cancelled' } : { kind: 'fault', fault: toFault(error) })
  } finally {
    clearInterval(timer)
  }
}

let cancelling: AbortController | undefined
parentPort?.on('message', (command: PipelineCommand) => {
  if (command.kind === 'cancel') return cancelling?.abort()
  cancelling = new AbortController()
  void work(command, cancelling.signal)
})
