import { wholeServer } from './foreign-rules.ts'

export type Mode =
  | 'plain'
  /** `'…'`, in which only a quote ends. */
  | 'text'
  /** `E'…'`, in which a backslash takes away the meaning of what follows. */
  | 'escaped'
  | 'name'
  | 'line comment'
  | 'block comment'
  /** After a `$` that may begin a dollar quote. */
  | 'tag'
  | 'dollar'
  /** A line that only psql understands. */
  | 'command'
  /** Rows of a table, to a line with `\.` alone. */
  | 'copy'

export interface State {
  mode: Mode
  line: number
  problem: string | undefined
  /** The byte before this one, where two belong together; 0 where none does. */
  before: number
  /** The last bytes of the line of a comment, a command or a row, of a tag or of a dollar quote; never many. */
  kept: string
  tag: string
  /** How many block comments are open; they nest. */
  comments: number
  /** Only space and comments since the end of an `E'…'`: another quote might go on with it. */
  isAfterEscaped: boolean
  statement: Statement
  /** Rows follow after this line. */
  awaitsRows: boolean
  isDump: boolean
  isComplete: boolean
}

/** What of a statement decides whether rows follow it. */
export interface Statement {
  word: string
  /** The first four words. */
  readonly first: string[]
  previous: string
  parentheses: number
  /** Of a function whose body is written as statements (BEGIN ATOMIC … END), how many ends are to come. */
  body: number
  readsRows: boolean
}

export const newline = 10
export const [quote, doubleQuote, dollar, backslash] = [39, 34, 36, 92]

export const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13)
export const isWordStart = (byte: number): boolean =>
  byte >= 128 || byte === 95 || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
export const isWordPart = (byte: number): boolean =>
  isWordStart(byte) || (byte >= 48 && byte <= 57) || byte === dollar

export function refuseCommand(state: State): void {
  state.problem ??= `line ${state.line} holds a command to psql itself, which could run any program`
}

export const isEndOfDump = (comment: string): boolean =>
  /^ PostgreSQL database dump complete\s*$/.test(comment)

/** What one step takes from `at` on; returns where the next one begins. */
export type Step = (state: State, bytes: Uint8Array, at: number) => number

/** Up to and with the next such byte, or to the end of the piece. */
function upTo(bytes: Uint8Array, byte: number, at: number): number {
  const found = bytes.indexOf(byte, at)
  return found < 0 ? bytes.length : found + 1
}

function countLines(state: State, bytes: Uint8Array, from: number, to: number): void {
  for (let at = bytes.indexOf(newline, from); at >= 0 && at < to; at = bytes.indexOf(newline, at + 1))
    state.line += 1
}

/** Bytes as characters, one for one; only short pieces. */
const textFrom = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to))

const longestLine = 200

/** The end of a line: the newline itself is left to the step that follows. */
function lineComment(state: State, bytes: Uint8Array, at: number): number {
  const to = upTo(bytes, newline, at)
  const isEnded = bytes[to - 1] === newline
  const end = isEnded ? to - 1 : to
  // Some programs end lines with a carriage return alone, and psql takes it as the end of the comment.
  const carriage = bytes.subarray(at, end).indexOf(13)
  const stop = carriage < 0 ? end : at + carriage
  if (state.kept.length < longestLine) state.kept += textFrom(bytes, at, Math.min(stop, at + longestLine))
  if (!isEnded && carriage < 0) return stop
  if (/^ PostgreSQL database dump\s*$/.test(state.kept)) state.isDump = true
  if (/^ PostgreSQL database cluster dump\s*$/.test(state.kept)) state.problem ??= wholeServer
  if (isEndOfDump(state.kept)) state.isComplete = true
  state.mode = 'plain'
  return stop
}

function blockComment(state: State, bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0
  const pair = String.fromCharCode(state.before, byte)
  if (byte === newline) state.line += 1
  if (pair === '/*') state.comments += 1
  if (pair === '*/') state.comments -= 1
  if (state.comments === 0) state.mode = 'plain'
  // The star of "/*/" belongs to the beginning, and cannot be that of an end as well.
  state.before = pair === '/*' || pair === '*/' ? 0 : byte
  return at + 1
}

/** Two quotes in a row end one text and begin another, which comes to the same. */
const until =
  (end: number): Step =>
  (state, bytes, at) => {
    const to = upTo(bytes, end, at)
    countLines(state, bytes, at, to)
    if (bytes[to - 1] === end) state.mode = 'plain'
    return to
  }

function escaped(state: State, bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0
  if (byte === newline) state.line += 1
  if (state.before === backslash) state.before = 0
  else if (byte === quote) {
    state.mode = 'plain'
    state.isAfterEscaped = true
    // Told by the next step: two quotes in a row are one in the text.
    state.before = quote
  } else state.before = byte
  return at + 1
}

/** `$tag$`; anything else was no quote at all. */
function tag(state: State, bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0
  if (byte === dollar) {
    Object.assign(state, { mode: 'dollar', tag: `$${state.kept}$`, kept: '' })
    return at + 1
  }
  const belongs = state.kept === '' ? isWordStart(byte) : isWordPart(byte)
  if (belongs && state.kept.length < longestLine) {
    state.kept += String.fromCharCode(byte)
    return at + 1
  }
  state.mode = 'plain'
  state.before = dollar
  state.statement.word = state.kept
  return at
}

/** Looks at dollars only; `kept` holds the end of what came before, when it may be the beginning of the tag. */
function dollarQuote(state: State, bytes: Uint8Array, at: number): number {
  if (state.kept === '') {
    const to = upTo(bytes, dollar, at)
    countLines(state, bytes, at, to)
    if (bytes[to - 1] === dollar) state.kept = '$'
    return to
  }
  const byte = bytes[at] ?? 0
  const longer = state.kept + String.fromCharCode(byte)
  if (longer === state.tag) {
    Object.assign(state, { mode: 'plain', kept: '', before: 0 })
    return at + 1
  }
  if (!state.tag.startsWith(longer)) {
    // A dollar that does not end this tag may begin it.
    state.kept = ''
    return at
  }
  state.kept = longer
  return at + 1
}

/** pg_dump guards its text with these two; psql would take anything else, and run what is in backquotes. */
const guard = /^(?:un)?restrict [A-Za-z0-9]{1,128}\r?$/

function command(state: State, bytes: Uint8Array, at: number): number {
  const to = upTo(bytes, newline, at)
  const isEnded = bytes[to - 1] === newline
  const end = isEnded ? to - 1 : to
  state.kept += textFrom(bytes, at, Math.min(end, at + longestLine))
  if (state.kept.length >= longestLine) refuseCommand(state)
  if (!isEnded) return to
  if (!guard.test(state.kept)) refuseCommand(state)
  state.mode = 'plain'
  return end
}

/** A row may be as long as it likes; only a line that holds nothing else ends the rows (psql's copy.c). */
function copy(state: State, bytes: Uint8Array, at: number): number {
  const to = upTo(bytes, newline, at)
  if (state.kept.length < 4) state.kept += textFrom(bytes, at, Math.min(to, at + 4))
  if (bytes[to - 1] !== newline) return to
  state.line += 1
  if (/^\\\.\r?\n$/.test(state.kept)) Object.assign(state, { mode: 'plain', before: newline })
  state.kept = ''
  return to
}

/** What is done in each mode but `plain`. */
export const quotedSteps: Readonly<Record<Exclude<Mode, 'plain'>, Step>> = {
  text: until(quote),
  escaped,
  name: until(doubleQuote),
  'line comment': lineComment,
  'block comment': blockComment,
  tag,
  dollar: dollarQuote,
  command,
  copy,
}
