import type { Fault } from '../../electron/shared/fault.ts'
import type { JobPhase } from '../../electron/shared/model.ts'
import type { RestoreResult } from '../../electron/shared/restore-model.ts'

const stages = ['inspect', 'check', 'copy', 'compare', 'swap', 'after', 'finish'] as const
export type Stage = (typeof stages)[number]

/** The stages of one restore, in order. */
export const stagesOf = (hasAfter: boolean): readonly Stage[] =>
  stages.filter((stage) => hasAfter || stage !== 'after')

/** The backup of the till is taken while the chosen one is restored beside it, so both are one stage. */
export const stageOf = (phase: JobPhase): Stage => (phase === 'dump' || phase === 'restore' ? 'copy' : phase)

/** How far the restore is. A stage that was left is not entered again, whatever the phase is called. */
export const furthest = (reached: Stage, phase: JobPhase): Stage =>
  stages.indexOf(stageOf(phase)) > stages.indexOf(reached) ? stageOf(phase) : reached

/** How it ended, or why it did not begin. */
export type End =
  | { readonly kind: 'result'; readonly result: RestoreResult }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** Faults of what was typed: they belong beside the fields, and the wizard stays where it is. */
export const isTypingFault = ({ code }: Fault): boolean =>
  code.startsWith('PIN_') || code === 'CONFIRM_MISMATCH'

/** Whether a fault says what became of the till. One that nobody foresaw may have come at any moment. */
export const isTillAsItWas = ({ code }: Fault): boolean => code !== 'INTERNAL'
