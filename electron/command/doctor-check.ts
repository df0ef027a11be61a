import type { Fault } from '../shared/fault.ts'
import { isCancelled, toTold } from './failure.ts'

/** One line of the doctor. A warning stops nothing; a problem keeps a backup from being made or opened. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'problem'
  readonly text: string
  readonly next?: string
}

export const ok = (name: string, text: string): Check => ({ name, state: 'ok', text })
export const warning = (name: string, text: string, next: string): Check => ({
  name,
  state: 'warning',
  text,
  next,
})
export const problem = (name: string, text: string, next: string): Check => ({
  name,
  state: 'problem',
  text,
  next,
})

/** Makes a check; what it throws becomes its problem, so that the doctor always gets to the end. */
export async function examine(
  name: string,
  work: () => Promise<Check | readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    const found = await work()
    return 'name' in found ? [found] : found
  } catch (error) {
    if (isCancelled(error)) throw error
    const { text, detail, next } = toTold(error)
    return [problem(name, diagnosis({ text, detail }), next)]
  }
}

/** The doctor makes no backup, so it leaves the owner's half of a sentence out where there is a technician's. */
const diagnosis = ({ text, detail }: Pick<Fault, 'text'> & { detail: string | undefined }): string =>
  detail === undefined ? text : `${text.split(/(?<=\.) /)[0]} ${detail}`
