import { Worker } from 'node:worker_threads'
import { CancelledError, FaultError, type Fault } from '../../shared/fault.ts'
import { watchSilence } from './watch-silence.ts'

/** A PostgreSQL tool with everything it needs. The environment holds the password: never log it. */
export interface ToolCall {
  readonly path: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

interface Limits {
  /** Without a byte for this long the tool is ended: DUMP_STALLED. */
  readonly stallMs: number
  /** After this long it is ended whatever it does: DUMP_TIMEOUT. */
  readonly totalMs: number
}

/** Runs a tool and writes what it prints: hashed, compressed if asked, sealed to the recipients if there are any. */
export interface SealRequest extends Limits {
  readonly kind: 'seal'
  readonly tool: ToolCall
  /** The final name; the bytes go to its `.partial`. */
  readonly file: string
  readonly compress: boolean
  readonly recipients: readonly string[]
  /** Fills the words of a fault, such as the name of the database. */
  readonly values: Readonly<Record<string, string>>
}

/** Reads a stored file to its end: hashed, opened, decompressed, and given to a reader if one is named. */
export interface ReadRequest extends Limits {
  readonly kind: 'read'
  readonly path: string
  readonly compressed: boolean
  /** The age identity that opens it; null for a file that is not sealed. */
  readonly identity: string | null
  /** pg_restore, reading the plain archive from its standard input. */
  readonly reader: ToolCall | null
  /** A file to be made of what is inside, without a reader. It is not made durable. */
  readonly into?: string
  /** Somebody waits for it: it does not work behind everything else. */
  readonly isAwaited?: boolean
}

export type PipelineRequest = SealRequest | ReadRequest

/** To the thread: one request, and while that runs at most one wish to stop it. */
export type PipelineCommand = PipelineRequest | { readonly kind: 'cancel' }

/** Sizes and SHA-256 of what is stored and of what is inside. */
export interface Measured {
  readonly bytes: number
  readonly sha256: string
  readonly plainBytes: number
  readonly plainSha256: string
}

export interface PipelineProgress {
  readonly plainBytes: number
  readonly storedBytes: number
  /** What pg_dump said it is reading just now, `schema.table`. */
  readonly table: string | null
}

export type PipelineMessage =
  | { readonly kind: 'child'; readonly pid: number }
  | { readonly kind: 'progress'; readonly progress: PipelineProgress }
  | { readonly kind: 'done'; readonly measured: Measured }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'cancelled' }

interface Watch {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: PipelineProgress) => void
  /** Told once per tool, so that a later life can end it if this one is killed (INV-7). */
  readonly onChild?: (pid: number) => void
}

/**
 * Runs one pipeline in a thread of its own, so that the window and the tray never wait for it. Throws the pipeline's
 * fault, or CancelledError when the signal fires; by then the tool has ended.
 */
export async function runPipeline(request: PipelineRequest, watch: Watch): Promise<Measured> {
  watch.signal.throwIfAborted()
  const worker = takeWorker()
  const send = (command: PipelineCommand): void => worker.postMessage(command)
  const cancel = (): void => send({ kind: 'cancel' })
  watch.signal.addEventListener('abort', cancel)
  const silence = watchSilence(request.stallMs, watch.signal)
  try {
    send(request)
    const measured = await Promise.race([outcome(worker, watch, silence.note), silence.broken])
    keepAWhile(worker)
    return measured
  } catch (error) {
    // Nobody knows what a failure left behind in there. A thread that gives no answer may not even end.
    const ended = worker.terminate()
    if (!silence.isBroken()) await ended
    throw error
  } finally {
    silence.stop()
    watch.signal.removeEventListener('abort', cancel)
  }
}

/**
 * A thread whose pipeline ended well. To start one and load the compressor and the ciphers takes as long as 20 MB of
 * backup, and a backup needs four: a dump, the roles, and the reading back of both.
 */
let spare: { readonly worker: Worker; readonly end: NodeJS.Timeout } | undefined
const keepMs = 3000

function takeWorker(): Worker {
  if (spare === undefined) return newWorker()
  const { worker, end } = spare
  spare = undefined
  clearTimeout(end)
  stopListening(worker)
  worker.ref()
  return worker
}

function newWorker(): Worker {
  // Built code sits beside its worker as `.js`, sources as `.ts`.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new Worker(new URL(`./pipeline-worker.${extension}`, import.meta.url), {
    // Every chunk is garbage a moment later: with little room for the young, it is collected before it piles up.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  })
}

/** Neither the thread nor its timer keeps a process from ending. */
function keepAWhile(worker: Worker): void {
  stopListening(worker)
  if (spare !== undefined) return void worker.terminate()
  const letGo = (): void => {
    if (spare?.worker === worker) spare = undefined
    void worker.terminate()
  }
  worker.on('error', letGo)
  worker.unref()
  spare = { worker, end: setTimeout(letGo, keepMs).unref() }
}

/** By name, because Node has listeners of its own on a worker. */
function stopListening(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
}

function outcome(
  worker: Worker,
  { onProgress, onChild }: Watch,
  note: (message: PipelineMessage) => void,
): Promise<Measured> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: PipelineMessage) => {
      note(message)
      switch (message.kind) {
        case 'child':
          return onChild?.(message.pid)
        case 'progress':
          return onProgress?.(message.progress)
        case 'done':
          return resolve(message.measured)
        case 'fault':
          return reject(new FaultError(message.fault))
        case 'cancelled':
          return reject(new CancelledError('cancelled'))
      }
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`the pipeline ended early with code ${code}`)))
  })
}
