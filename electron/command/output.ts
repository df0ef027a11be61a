import type { Context } from './verb.ts'

/** Answers with the one JSON document, or with words for a person. */
export function answer({ io, json }: Context, value: unknown, words: () => string): void {
  io.out(json ? `${JSON.stringify(value, undefined, 2)}\n` : printable(`${words()}\n`))
}

/** Names come from a server: none of them may move the cursor or colour the screen. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  text.replaceAll(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/g, '\u{FFFD}')
