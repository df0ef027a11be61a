/** One word of SQL text. `value` is what a name means: folded where it was bare, without its quotes where it had some. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'mark'
  readonly raw: string
  readonly value: string
}

// In this order: what is skipped (space, comments, lines that only psql understands), then the kinds. No part can match
// in two ways, so that a text of megabytes takes no longer than it must.
const lexeme =
  /(?<skipped>\s+|--[^\n\r]*|\/\*[^]*?\*\/|\\[^\n]*)|"(?<name>[^"]*(?:""[^"]*)*)"|(?<text>[eE]'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'|'[^']*(?:''[^']*)*')|(?<word>[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*)|(?<number>-?\d+)|(?<mark>[^])/gy

/** The statements of what pg_dumpall wrote, each as its words. A last one that never ends is left out. */
export function statementsIn(sql: string): readonly (readonly Token[])[] {
  const statements: Token[][] = []
  let statement: Token[] = []
  for (const { 0: raw, groups = {} } of sql.matchAll(lexeme)) {
    const token = tokenOf(raw, groups)
    if (token === undefined) continue
    if (token.raw !== ';') statement.push(token)
    else {
      statements.push(statement)
      statement = []
    }
  }
  return statements
}

function tokenOf(raw: string, groups: Readonly<Record<string, string | undefined>>): Token | undefined {
  const { skipped, name, text, word, number } = groups
  if (skipped !== undefined) return undefined
  if (name !== undefined) return { kind: 'name', raw, value: name.replaceAll('""', '"') }
  if (text !== undefined) return { kind: 'text', raw, value: raw }
  // PostgreSQL folds the letters of ASCII, whatever the language.
  if (word !== undefined) return { kind: 'word', raw, value: raw.replaceAll(/[A-Z]/g, lower) }
  return { kind: number === undefined ? 'mark' : 'number', raw, value: raw }
}

const lower = (letter: string): string => letter.toLowerCase()

/** Reads a statement from left to right. What does not fit is not consumed. */
export interface Reader {
  /** Whether exactly these keywords come next. */
  words(keywords: string): boolean
  name(): string | undefined
  /** An SQL literal that means the same whatever `standard_conforming_strings` is. */
  text(): string | undefined
  number(): string | undefined
  mark(mark: string): boolean
  isDone(): boolean
}

export function readerOf(tokens: readonly Token[]): Reader {
  let at = 0
  const take = (...kinds: readonly Token['kind'][]): Token | undefined => {
    const token = tokens[at]
    if (token === undefined || !kinds.includes(token.kind)) return undefined
    at += 1
    return token
  }
  return {
    words(keywords) {
      const wanted = keywords.split(' ')
      const fits = wanted.every((word, ahead) => {
        const token = tokens[at + ahead]
        return token?.kind === 'word' && token.value === word
      })
      if (fits) at += wanted.length
      return fits
    },
    name: () => take('name', 'word')?.value,
    text: () => safeText(take('text')?.raw),
    number: () => take('number')?.raw,
    mark(mark) {
      const fits = tokens[at]?.kind === 'mark' && tokens[at]?.raw === mark
      if (fits) at += 1
      return fits
    },
    isDone: () => at === tokens.length,
  }
}

function safeText(raw: string | undefined): string | undefined {
  if (raw === undefined || !raw.startsWith("'") || !raw.includes('\\')) return raw
  return `E${raw.replaceAll('\\', String.raw`\\`)}`
}
