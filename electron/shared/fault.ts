import { faults } from './fault-table.ts'

export type FaultCode = keyof typeof faults

/** A fault as data: crosses to the window, is stored with a job, is printed by the command. */
export interface Fault {
  readonly code: FaultCode
  readonly text: string
  readonly next: string
  readonly detail?: string
}

interface FaultOptions {
  /** Fills the `{name}` places of the text and the next step. */
  readonly values?: Readonly<Record<string, string | number>>
  /** Technician's detail. Must never hold a secret: it is logged and stored. */
  readonly detail?: string
  readonly cause?: unknown
}

/** The one error that Larder throws on purpose. `cause` keeps what led to it. */
export class FaultError extends Error {
  readonly code: FaultCode
  readonly fault: Fault

  /** Takes a code with its values, or a fault that comes back from another thread or from the catalogue. */
  constructor(what: FaultCode | Fault, options: FaultOptions = {}) {
    const fault = typeof what === 'string' ? makeFault(what, options) : what
    super(fault.text, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FaultError'
    this.code = fault.code
    this.fault = fault
  }
}

/** Turns whatever was thrown into a fault; anything unforeseen is INTERNAL, with its message as detail. */
export function toFault(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault
  if (error instanceof CancelledError) return new FaultError('CANCELLED').fault
  const detail = error instanceof Error ? error.message : String(error)
  return new FaultError('INTERNAL', { detail }).fault
}

/**
 * Thrown when a person or a signal ended the work. The job is *cancelled*, the command exits 130; only where an
 * answer must be data does it become the fault CANCELLED.
 */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
}

function makeFault(code: FaultCode, { values = {}, detail }: FaultOptions): Fault {
  const { text, next } = faults[code]
  return {
    code,
    text: fill(text, values),
    next: fill(next, values),
    ...(detail === undefined ? {} : { detail }),
  }
}

const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
