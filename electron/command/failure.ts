import { CommanderError } from 'commander'
import { CancelledError, toFault, type Fault } from '../shared/fault.ts'
import { redact } from '../redact-rules.ts'
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts'
import type { Io } from './io.ts'
import { printable } from './output.ts'
import { usage } from './verb.ts'

/** A fault as the command tells it. Being cancelled is no fault, but a script must read why there is no result. */
export type Told = Omit<Fault, 'code'> & { readonly code: Fault['code'] | 'CANCELLED' }

/** Tells how it failed: three lines for a person, one JSON document for a script. Returns the exit code. */
export function tellFailure(
  error: unknown,
  { io, json }: { readonly io: Io; readonly json: boolean },
): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
  const told = toTold(error)
  if (json) io.out(`${JSON.stringify({ fault: told }, undefined, 2)}\n`)
  else io.note(inWords(told))
  return exitCodeOf(told.code)
}

export function toTold(error: unknown): Told {
  if (isCancelled(error)) return cancelled
  const fault = toFault(error instanceof CommanderError ? usage(whatWasWrong(error)) : error)
  const { code, text, next, detail } = fault
  return { code, text: redact(text), next, ...(detail === undefined ? {} : { detail: redact(detail) }) }
}

/** What happened, the detail if there is one, what to do. */
export function inWords({ text, detail, next }: Told): string {
  const lines = [text, ...(detail === undefined ? [] : [labelled('Detail', detail)]), labelled('Next', next)]
  return printable(`${lines.join('\n')}\n`)
}

const indent = 10
const labelled = (label: string, text: string): string =>
  `  ${`${label}:`.padEnd(indent - 2)}${text.trim().replaceAll('\n', `\n${' '.repeat(indent)}`)}`

export const isCancelled = (error: unknown): boolean =>
  error instanceof CancelledError || (error instanceof Error && error.name === 'AbortError')

const cancelled: Told = {
  code: 'CANCELLED',
  text: 'Cancelled. Nothing unfinished was kept; your earlier backups are untouched.',
  next: 'Start it again when it suits.',
}

function whatWasWrong({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'Larder was not told what to do.'
  const sentence = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${/[.?)]$/.test(sentence) ? '' : '.'}`
}
