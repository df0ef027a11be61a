import type { FaultCode } from '../shared/fault.ts'

/** How the command ends. Scripts and monitors rely on these numbers; README and help name them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notProtected: 4,
  busy: 11,
  wrongKey: 12,
  cancelled: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The faults that end otherwise than with *failed*. */
const byFault: Partial<Record<FaultCode | 'CANCELLED', ExitCode>> = {
  USAGE: exitCodes.usage,
  ALREADY_RUNNING: exitCodes.busy,
  CATALOGUE_BUSY: exitCodes.busy,
  KEY_WRONG: exitCodes.wrongKey,
  KEY_TYPO: exitCodes.wrongKey,
  CANCELLED: exitCodes.cancelled,
}

export const exitCodeOf = (code: FaultCode | 'CANCELLED'): ExitCode => byFault[code] ?? exitCodes.failed
