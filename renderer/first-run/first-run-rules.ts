import type { Output, ServerReport } from '../../electron/shared/ipc.ts'

const steps = ['welcome', 'server', 'databases', 'place', 'encryption', 'recovery', 'backup'] as const
export type Step = (typeof steps)[number]

/** Where the window opens: the step at which the first run was left, or null when it is over. */
export function firstStep(setUp: Output<'setUpState'>, today: Output<'today'> | null): Step | null {
  if (!setUp.done || today === null) return 'welcome'
  // From the first backup on, Today shows the better reminder of whatever was put off.
  if (today.backupCount > 0 || today.running.length > 0 || today.failures.length > 0) return null
  return setUp.encrypted && !setUp.recoveryConfirmed ? 'recovery' : 'backup'
}

/** The steps on the way: without encryption there is no key to keep. */
export const stepsOf = (encrypt: boolean): readonly Step[] =>
  steps.filter((step) => encrypt || step !== 'recovery')

/** Nothing before the set-up can be changed once it is done. */
export const canGoBack = (step: Step): boolean =>
  step !== 'welcome' && step !== 'recovery' && step !== 'backup'

export interface Choice {
  readonly all: boolean
  readonly ticked: readonly string[]
}

/**
 * Ticks every database with something in it. One with a problem is ticked too: it then stands in the way until it
 * is put right or left out on purpose, and is never left out in silence.
 */
export const proposedChoice = ({ databases }: ServerReport): Choice => ({
  all: false,
  ticked: databases.filter(({ tables }) => tables !== 0).map(({ name }) => name),
})

/** The problems that concern a choice: of the whole server, and of the databases that are to be backed up. */
export const problemsOf = ({ problems }: ServerReport, choice: Choice): ServerReport['problems'] =>
  problems.filter(({ database }) => database === null || choice.all || choice.ticked.includes(database))

/** What stands in the way of going on with a choice; null when nothing does. */
export function obstacle(report: ServerReport, choice: Choice): 'server' | 'database' | 'none-ticked' | null {
  const problems = problemsOf(report, choice)
  if (problems.some(({ database }) => database === null)) return 'server'
  if (problems.length > 0) return 'database'
  return !choice.all && choice.ticked.length === 0 ? 'none-ticked' : null
}
