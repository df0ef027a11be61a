import * as z from 'zod'
import type { Catalogue } from './catalogue.ts'
import { Time } from './column.ts'

const ScheduleRow = z.object({
  /** What the slots so far were computed from. */
  plan: z.string(),
  /** Every slot up to this moment has a row. */
  settledTo: Time,
  pausedAt: Time.nullable(),
  pausedUntil: Time.nullable(),
  /** When the clock was last seen to have jumped, and how far: back, or forward by more than a day. */
  jumpedAt: Time.nullable(),
  jumpedMs: z.int().nullable(),
})
export type ScheduleState = z.output<typeof ScheduleRow>

/** Undefined before the scheduler has run for the first time. */
export const scheduleState = (catalogue: Catalogue): ScheduleState | undefined =>
  catalogue.get(
    ScheduleRow,
    `SELECT plan, settled_to AS settledTo, paused_at AS pausedAt, paused_until AS pausedUntil,
       jumped_at AS jumpedAt, jumped_ms AS jumpedMs
     FROM schedule WHERE id = 1`,
  )

/** Says that all slots of a plan have rows up to a moment. */
export const settledBy = (catalogue: Catalogue, plan: string, settledTo: number): void =>
  void catalogue.run(
    `INSERT INTO schedule (id, plan, settled_to) VALUES (1, @plan, @settledTo)
     ON CONFLICT (id) DO UPDATE SET plan = excluded.plan, settled_to = excluded.settled_to`,
    { plan, settledTo },
  )

/** Nothing is begun before `until`; null: nothing is held back any more. Needs a scheduler that has run once. */
export const setPause = (catalogue: Catalogue, until: number | null, now: number): void =>
  void catalogue.run('UPDATE schedule SET paused_at = @pausedAt, paused_until = @until WHERE id = 1', {
    pausedAt: until === null ? null : now,
    until,
  })

export const noteJump = (catalogue: Catalogue, jumpedMs: number, now: number): void =>
  void catalogue.run('UPDATE schedule SET jumped_at = @now, jumped_ms = @jumpedMs WHERE id = 1', {
    now,
    jumpedMs,
  })
