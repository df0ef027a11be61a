import type { Command } from 'commander'
import * as z from 'zod'
import { FaultError } from '../shared/fault.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Io } from './io.ts'

/** What every verb is given. */
export interface Context {
  readonly io: Io
  readonly json: boolean
  /** Absolute. */
  readonly dataFolder: string
}

/** Runs a verb's work inside the one frame that catches faults and chooses the exit code (run-command.ts). */
export type Act = (work: (context: Context) => Promise<ExitCode>) => Promise<void>

/** Adds one verb to the command. */
export type Verb = (larder: Command, act: Act) => void

/** What commander hands to an action, as the verb's own type. Throws USAGE. */
export function parseOptions<Options>(shape: z.ZodType<Options>, options: unknown): Options {
  const parsed = shape.safeParse(options)
  if (parsed.success) return parsed.data
  throw usage(parsed.error.issues.map(({ message }) => message).join(' '))
}

/** Wrong usage, in a sentence that must not repeat a secret. */
export const usage = (problem: string): FaultError => new FaultError('USAGE', { values: { problem } })
