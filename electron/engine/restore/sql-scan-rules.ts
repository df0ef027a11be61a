import {
  backslash,
  dollar,
  doubleQuote,
  isEndOfDump,
  isSpace,
  isWordPart,
  isWordStart,
  newline,
  quote,
  quotedSteps,
  refuseCommand,
  type Mode,
  type State,
  type Statement,
  type Step,
} from './sql-quote-rules.ts'

/** Reads SQL text in pieces of any size, in the order of the file. */
export interface SqlScan {
  /**
   * Takes the next bytes and returns those that psql may have: all but the lines `\restrict …` and `\unrestrict …`, of
   * which only the ends remain. Nothing any more after the first problem.
   */
  push(bytes: Uint8Array): readonly Uint8Array[]
  /** Why psql may not run this; undefined so far. Goes on after “cannot read:”. */
  problem(): string | undefined
  /** The same when all bytes were pushed: text that stops in the middle is a problem too. */
  end(): string | undefined
}

const emptyStatement = (): Statement => ({
  word: '',
  first: [],
  previous: '',
  parentheses: 0,
  body: 0,
  readsRows: false,
})

/**
 * Follows the text as psql does (psqlscan.l), to find what psql itself would run: any backslash outside of quotes,
 * comments and rows is a command to psql, and `\!` is a command to the computer.
 */
export function scanSql(): SqlScan {
  const state: State = {
    mode: 'plain',
    line: 1,
    problem: undefined,
    before: newline,
    kept: '',
    tag: '',
    comments: 0,
    isAfterEscaped: false,
    statement: emptyStatement(),
    awaitsRows: false,
    isDump: false,
    isComplete: false,
  }
  return {
    push(bytes) {
      const pieces: Uint8Array[] = []
      if (bytes.includes(0)) state.problem ??= `a byte of line ${state.line} or later is no text`
      for (let at = 0; at < bytes.length && state.problem === undefined;) {
        const wasCommand = state.mode === 'command'
        const next = steps[state.mode](state, bytes, at)
        if (!wasCommand && state.mode !== 'command') join(pieces, bytes, at, next)
        at = next
      }
      return state.problem === undefined ? pieces : []
    },
    problem: () => state.problem,
    end: () => state.problem ?? unfinished(state),
  }
}

/** Neighbours become one piece. */
function join(pieces: Uint8Array[], bytes: Uint8Array, from: number, to: number): void {
  const last = pieces.at(-1)
  const start = last === undefined ? from : last.byteOffset - bytes.byteOffset
  const isNext = last !== undefined && start + last.length === from
  if (isNext) pieces[pieces.length - 1] = bytes.subarray(start, to)
  else pieces.push(bytes.subarray(from, to))
}

function unfinished({ mode, kept, awaitsRows, isDump, isComplete }: State): string | undefined {
  const endsNow = mode === 'line comment' && isEndOfDump(kept)
  const isWhole = (mode === 'plain' || mode === 'line comment' || mode === 'command') && !awaitsRows
  return isWhole && (!isDump || isComplete || endsNow) ? undefined : 'it stops in the middle'
}

function plain(state: State, bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0
  const { awaitsRows, statement } = state
  if (awaitsRows && !isSpace(byte)) refuseBehindCopy(state)
  if (isWordPart(byte) && (statement.word !== '' || isWordStart(byte))) {
    // Longer ones are no word that matters here.
    if (statement.word.length < 32) statement.word += String.fromCharCode(byte)
    state.before = byte
    state.isAfterEscaped = false
    return at + 1
  }
  const isE = /^e$/i.test(statement.word)
  endWord(statement)
  const next = starts[byte]?.(state, isE) ?? 'plain'
  state.before = next === 'plain' ? byte : 0
  state.mode = awaitsRows && byte === newline ? beginRows(state) : next
  if (!isSpace(byte) && byte !== dash && next !== 'line comment') state.isAfterEscaped = false
  return at + 1
}

function refuseBehindCopy(state: State): void {
  state.problem ??= `line ${state.line} goes on after a COPY … FROM stdin`
}

function beginRows(state: State): Mode {
  state.kept = ''
  state.awaitsRows = false
  return 'copy'
}

const [semicolon, dash] = [59, 45]

function endWord(statement: Statement): void {
  if (statement.word === '') return
  const word = statement.word.toLowerCase()
  const { first, previous, parentheses } = statement
  if (first.length < 4) first.push(word)
  if (first[0] === 'copy' && parentheses === 0 && previous === 'from' && word === 'stdin')
    statement.readsRows = true
  // As psql counts them, so that it and we see the same end of the statement.
  if (/^create (?:or replace )?(?:function|procedure)\b/.test(first.join(' '))) {
    if (word === 'begin' || (word === 'case' && statement.body > 0)) statement.body += 1
    if (word === 'end' && statement.body > 0) statement.body -= 1
  }
  statement.previous = word
  statement.word = ''
}

/** What a byte begins outside of everything, by its code; those that begin nothing are missing. */
const starts: Readonly<Record<number, (state: State, isE: boolean) => Mode>> = {
  [newline]: (state) => {
    state.line += 1
    return 'plain'
  },
  [quote]: (state, isE) => {
    const { statement, before, isAfterEscaped } = state
    statement.previous = ''
    if (!isAfterEscaped) return isE ? 'escaped' : 'text'
    if (before === quote) return 'escaped'
    // Whether backslashes count in it depends on where the lines end; no pg_dump writes this.
    state.problem ??= `line ${state.line} goes on with a text of another line`
    return 'text'
  },
  [doubleQuote]: (state) => {
    state.statement.previous = ''
    return 'name'
  },
  [dollar]: (state) => {
    state.kept = ''
    return 'tag'
  },
  [backslash]: (state) => {
    state.kept = ''
    if (state.before !== newline) refuseCommand(state)
    return 'command'
  },
  // "--" and "/*"
  [dash]: (state) => (state.before === dash ? comment(state, 'line comment') : 'plain'),
  42: (state) => (state.before === 47 ? comment(state, 'block comment') : 'plain'),
  40: (state) => {
    state.statement.parentheses += 1
    return 'plain'
  },
  41: (state) => {
    state.statement.parentheses = Math.max(0, state.statement.parentheses - 1)
    return 'plain'
  },
  [semicolon]: (state) => {
    const { parentheses, body, readsRows } = state.statement
    if (parentheses > 0 || body > 0) return 'plain'
    state.awaitsRows = readsRows
    state.statement = emptyStatement()
    return 'plain'
  },
}

function comment(state: State, mode: 'line comment' | 'block comment'): Mode {
  state.kept = ''
  state.comments = 1
  return mode
}

const steps: Readonly<Record<Mode, Step>> = { plain, ...quotedSteps }
