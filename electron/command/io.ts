import { text } from 'node:stream/consumers'
import { askHidden } from './ask-hidden.ts'
import { exitCodes } from './exit-codes.ts'

/** The command's surroundings: where words go, where they come from, and how a person stops it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What was asked for: a table for people, or the one JSON document. */
  out(text: string): void
  /** Everything else: progress, hints, faults. */
  note(text: string): void
  /** Width of the terminal that `note` writes to; undefined when a file or a pipe takes it. */
  columns(): number | undefined
  readInput(): Promise<string>
  /** Asks a person for one line and does not show it; absent where no person sits at a terminal. */
  ask?(question: string): Promise<string>
  /** Fires at the first Ctrl-C, SIGTERM or closing of the terminal. */
  readonly signal: AbortSignal
  /** Returns when everything that was written has left the process. */
  flush(): Promise<void>
}

/** npm passes on a Ctrl-C that the terminal has sent already: what comes this soon is the same press. */
const onePressMs = 1000
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The terminal, pipes and signals of this process. A second signal ends it at once: what is left is cleared later. */
export function processIo(): Io {
  const { stdout, stderr, stdin, env } = process
  const stopping = new AbortController()
  let firstAt = Infinity
  const stop = (): void => {
    if (Date.now() - firstAt > onePressMs) process.exit(exitCodes.cancelled)
    firstAt = Math.min(firstAt, Date.now())
    stopping.abort()
  }
  // Not `once`: while execa runs a tool it ends a process that seems to have no listener of its own.
  for (const signal of signals) process.on(signal, stop)
  // `larder list | head` closes the pipe early, and a closed terminal takes no more words: no reason to crash.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined)
  const terminal = { input: stdin, output: stderr, signal: stopping.signal }
  return {
    env,
    out: (words) => void stdout.write(words),
    note: (words) => void stderr.write(words),
    columns: () => (stderr.isTTY ? stderr.columns : undefined),
    readInput: () => text(stdin),
    ...(stdin.isTTY ? { ask: (question: string) => askHidden(terminal, question) } : {}),
    signal: stopping.signal,
    flush: async () => void (await Promise.all([stdout, stderr].map(drained))),
  }
}

const drained = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()))
