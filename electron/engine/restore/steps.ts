import type { World } from '../world.ts'

export interface Step {
  readonly name: string
  readonly durationMs: number
}

/** Notes how long each step of a restore took, for its report. */
export interface Steps {
  readonly taken: readonly Step[]
  time<T>(name: string, work: () => Promise<T>): Promise<T>
}

export function countSteps({ now }: Pick<World, 'now'>): Steps {
  const taken: Step[] = []
  return {
    taken,
    async time(name, work) {
      const startedAt = now()
      try {
        return await work()
      } finally {
        taken.push({ name, durationMs: Math.max(0, now() - startedAt) })
      }
    },
  }
}
