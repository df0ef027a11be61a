import { constants, setPriority } from 'node:os'
import { PassThrough, pipeline, type Readable, type Writable } from 'node:stream'
import { execa } from 'execa'
import { CancelledError, FaultError } from '../../shared/fault.ts'
import type { Account } from './account.ts'
import { faultOfToolEnd, type ToolEnd } from './pg-rules.ts'
import { nowhere } from './tool-arguments.ts'

export interface ToolOptions {
  /** Added to the minimal environment; nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: 'ignore' | 'pipe'
  /** Runs the tool behind everything else on this computer; on Linux its disk accesses as well. */
  readonly lowPriority?: boolean
  readonly signal?: AbortSignal
  /** Ends the tool when neither input nor output moved for this long. */
  readonly stallLimitMs?: number
  readonly timeLimitMs?: number
  /** Runs the tool as somebody else, for which we must be root. */
  readonly account?: Account | undefined
  /** Hears every line of stderr as it comes; true means that it was news and no complaint, so it is not kept. */
  readonly isNews?: (line: string) => boolean
}

/** A tool at work. Whoever starts one reads `stdout` to its end or calls `kill`. */
export interface RunningTool {
  readonly pid: number | undefined
  readonly stdout: Readable
  /** Only with `stdin: 'pipe'`. */
  readonly stdin: Writable | undefined
  /** Never rejects: how a tool ended is data, and `requireSuccess` makes a fault of it. */
  readonly ended: Promise<ToolEnd>
  /** Asks it to end; it is made to after 5 s. */
  kill(): void
}

/**
 * Starts a PostgreSQL tool by its absolute path: no shell, no inherited environment, no terminal. Its output
 * is a pipe on purpose: when Larder dies, the tool fails at its next write instead of running on (INV-7).
 */
export function startTool(path: string, args: readonly string[], options: ToolOptions = {}): RunningTool {
  const { env, stdin = 'ignore', signal, stallLimitMs, timeLimitMs = 0, account } = options
  const child = execa(path, args, {
    env: { ...minimalEnvironment(), ...env },
    extendEnv: false,
    stdin,
    buffer: false,
    reject: false,
    windowsHide: true,
    timeout: timeLimitMs,
    ...(signal ? { cancelSignal: signal } : {}),
    // Another account may not even look at the folder that we are in.
    ...(account ? { ...account, cwd: '/' } : {}),
  })
  // Node and execa both empty a pipe that nobody reads yet; this keeps it for a reader that comes later.
  const stdout = new PassThrough()
  pipeline(child.stdout, stdout, () => undefined)
  const complaints = keepTail(child.stderr, options.isNews)
  if (options.lowPriority) lowerPriority(child.pid)
  const kill = (): void => void child.kill()
  const moved = (): number => bytesMoved(child.stdout) + bytesMoved(child.stderr) + bytesMoved(child.stdin)
  const stalled = watchForStall(moved, stallLimitMs, kill)
  child.once('exit', () => {
    stalled.stop()
    if (child.killed) letGoOf(child.stdout, child.stderr)
  })

  const ended = child.then((result): ToolEnd => {
    stalled.stop()
    const how = howItEnded(result, stalled.found())
    const stderr = how === 'not-started' ? (result.originalMessage ?? '') : complaints()
    return { how, code: result.exitCode ?? null, signal: result.signal ?? null, stderr }
  })
  return { pid: child.pid, stdout, stdin: child.stdin ?? undefined, ended, kill }
}

/** Passes when the tool ended well. Throws its fault, filled with `values`, or CancelledError. */
export function requireSuccess(end: ToolEnd, values: Readonly<Record<string, string>> = {}): void {
  if (end.how === 'cancelled') throw new CancelledError('The PostgreSQL tool was cancelled.')
  const found = faultOfToolEnd(end)
  if (found)
    throw new FaultError(found.code, { detail: found.detail, values: { ...values, ...found.values } })
}

const answerLimit = 1024 * 1024

/** Runs a tool whose answer is short text, such as `--version`. Keeps the first MiB of it. */
export async function askTool(
  path: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<{ readonly text: string; readonly end: ToolEnd }> {
  const tool = startTool(path, args, options)
  const chunks: Buffer[] = []
  let bytes = 0
  tool.stdout.on('data', (chunk: Buffer) => {
    if (bytes < answerLimit) chunks.push(chunk)
    bytes += chunk.length
  })
  const end = await tool.ended
  return { text: Buffer.concat(chunks).toString('utf8'), end }
}

interface Result {
  readonly isCanceled: boolean
  readonly timedOut: boolean
  readonly signal?: string
  readonly exitCode?: number
}

function howItEnded({ isCanceled, timedOut, signal, exitCode }: Result, stalled: boolean): ToolEnd['how'] {
  if (isCanceled) return 'cancelled'
  if (timedOut) return 'timed-out'
  if (stalled) return 'stalled'
  if (signal !== undefined) return 'killed'
  return exitCode === undefined ? 'not-started' : 'exited'
}

const inherited = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'] as const

/** What a tool needs and no more: an inherited PGSERVICE or PGOPTIONS would change what is backed up. */
function minimalEnvironment(): Record<string, string> {
  const kept = inherited.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(kept),
    // Client messages in English, so that they can be recognised. Names and data pass as bytes.
    LC_ALL: 'C',
    LC_MESSAGES: 'C',
    PGAPPNAME: 'larder',
    PGCONNECT_TIMEOUT: '10',
    // A ticket of the person logged in must not decide who the backup is.
    PGGSSENCMODE: 'disable',
    PGPASSFILE: nowhere,
    PGSERVICEFILE: nowhere,
  }
}

const tailLimit = 64 * 1024

/** Keeps the last 64 kB of a stream, however much comes and however long its lines are. */
function keepTail(stream: Readable, isNews: (line: string) => boolean = () => false): () => string {
  let tail = ''
  let unfinished = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    const [first = '', ...rest] = text.split('\n')
    unfinished = lengthen(unfinished, first)
    for (const next of rest) {
      if (!isNews(unfinished)) tail = lengthen(tail, `${unfinished}\n`)
      unfinished = next
    }
  })
  return () => (tail + unfinished).slice(-tailLimit)
}

/** Cuts only now and then: a cut copies all that is kept. */
function lengthen(kept: string, more: string): string {
  const longer = kept + more
  return longer.length > 2 * tailLimit ? longer.slice(-tailLimit) : longer
}

function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It has ended already, or the system does not allow it. A backup at full speed is still a backup.
  }
}

/** Pipes of a child are sockets, which count their bytes. */
function bytesMoved(stream: object | null): number {
  const { bytesRead = 0, bytesWritten = 0 }: { bytesRead?: unknown; bytesWritten?: unknown } = stream ?? {}
  return Number(bytesRead) + Number(bytesWritten)
}

interface StallWatch {
  found(): boolean
  stop(): void
}

/** Calls `onStall` once when `moved()` has not changed for `limitMs`. Looks four times per limit. */
function watchForStall(moved: () => number, limitMs: number | undefined, onStall: () => void): StallWatch {
  let found = false
  if (limitMs === undefined) return { found: () => found, stop: () => undefined }
  let before = moved()
  let stillRounds = 0
  const timer = setInterval(() => {
    const now = moved()
    stillRounds = now === before ? stillRounds + 1 : 0
    before = now
    if (stillRounds < 4) return
    found = true
    clearInterval(timer)
    onStall()
  }, limitMs / 4)
  return { found: () => found, stop: () => clearInterval(timer) }
}

const graceMs = 1000

/** A killed tool may leave a child of its own that holds the pipes open; nobody wants what it writes. */
function letGoOf(...pipes: readonly Readable[]): void {
  setTimeout(() => pipes.forEach((pipe) => pipe.destroy()), graceMs).unref()
}
