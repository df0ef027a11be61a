import { durationOf } from '../../electron/command/words-rules.ts'

const widest = 110

export const say = (line: string): void => console.log(line)

/** What a technician types, and how long it took. */
export const typed = (line: string, tookMs: number): void => say(`$ ${line}    (${durationOf(tookMs)})`)

/** What came back. */
export function told(lines: readonly string[]): void {
  for (const line of lines.filter((one) => one !== ''))
    say(`  ${line.length > widest ? `${line.slice(0, widest - 1)}…` : line}`)
}
