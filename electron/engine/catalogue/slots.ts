import * as z from 'zod'
import type { FaultCode } from '../../shared/fault.ts'
import { ScheduledTask, SlotReason, SlotState } from '../../shared/schedule-model.ts'
import type { Catalogue } from './catalogue.ts'
import { Json, Time } from './column.ts'
import { ProcessIdentity } from './job-row.ts'
import type { ProcessIdentity as Owner } from './process-identity.ts'

const SlotRow = z.object({
  task: ScheduledTask,
  /** When it was due, ms. */
  at: Time,
  /** Not null: this row stands for every slot after that moment and up to `at`. */
  since: Time.nullable(),
  state: SlotState,
  /** Why it was missed, or why it waits. */
  reason: SlotReason.nullable(),
  attempts: z.int(),
  nextTryAt: Time.nullable(),
  /** What went wrong the last time. */
  fault: z.string().nullable(),
  owner: Json.pipe(ProcessIdentity).nullable(),
  beatAt: Time.nullable(),
  /** The jobs that were run for it. */
  jobs: Json.pipe(z.array(z.string())),
})
/** A moment at which the plan wanted something, and what has become of it (INV-29). */
export type Slot = z.output<typeof SlotRow>
export type SlotId = Pick<Slot, 'task' | 'at'>

const select = `SELECT task, at, since, state, reason, attempts, next_try_at AS nextTryAt, fault, owner,
  beat_at AS beatAt, jobs FROM slots`
const thisOne = 'WHERE task = @task AND at = @at'
const idOf = ({ task, at }: SlotId) => ({ task, at })

/** Slots that are neither covered nor missed yet, oldest first. */
export const openSlots = (catalogue: Catalogue): Slot[] =>
  catalogue.all(SlotRow, `${select} WHERE state IN ('due', 'running') ORDER BY at, task`)

/** The newest slots of a task that are covered or missed, newest first. */
export const decidedSlots = (catalogue: Catalogue, task: Slot['task'], limit: number): Slot[] =>
  catalogue.all(
    SlotRow,
    `${select} WHERE task = @task AND state IN ('covered', 'missed') ORDER BY at DESC LIMIT +@limit`,
    { task, limit },
  )

/** Says that a slot has come. Older ones of its task that still wait are missed, for the reason they waited for. */
export function addDue(catalogue: Catalogue, { task, at }: SlotId, now: number): void {
  catalogue.run(
    `UPDATE slots SET state = 'missed', reason = coalesce(reason, 'off'), decided_at = @now
     WHERE task = @task AND state = 'due' AND at < @at`,
    { task, at, now },
  )
  catalogue.run("INSERT OR IGNORE INTO slots (task, at, state) VALUES (@task, @at, 'due')", { task, at })
}

/** Records a slot, or with `since` all of a stretch of time, that passed without Larder. */
export function addMissed(catalogue: Catalogue, id: SlotId & { readonly since?: number }, now: number): void {
  const { task, at, since = null } = id
  catalogue.run(
    `INSERT OR IGNORE INTO slots (task, at, since, state, reason, decided_at)
     VALUES (@task, @at, @since, 'missed', 'off', @now)`,
    { task, at, since, now },
  )
}

/** Gives up all slots that wait, for one reason. */
export const missAllDue = (catalogue: Catalogue, reason: SlotReason, now: number): number =>
  catalogue.run(
    "UPDATE slots SET state = 'missed', reason = @reason, decided_at = @now WHERE state = 'due'",
    {
      reason,
      now,
    },
  )

/** Forgets what has not happened yet, by a clock that was put back. Returns how many slots that were. */
export function forgetAfter(catalogue: Catalogue, now: number): number {
  catalogue.run('UPDATE slots SET at = @now WHERE since < @now AND at > @now', { now })
  return catalogue.run("DELETE FROM slots WHERE at > @now AND state <> 'running'", { now })
}

/** Says why a slot is not begun yet. */
export function noteWaiting(catalogue: Catalogue, slot: Slot, reason: SlotReason): void {
  if (slot.reason === reason) return
  catalogue.run(`UPDATE slots SET reason = @reason ${thisOne} AND state = 'due'`, { ...idOf(slot), reason })
}

/**
 * Takes a slot for this process, or says false: somebody has it, or another slot is being worked at. One at a time,
 * across processes and OS users.
 */
export function claimSlot(catalogue: Catalogue, id: SlotId, owner: Owner, now: number): boolean {
  return catalogue.write(() => {
    if (openSlots(catalogue).some(({ state }) => state === 'running')) return false
    return (
      catalogue.run(
        `UPDATE slots SET state = 'running', owner = @owner, beat_at = @now ${thisOne} AND state = 'due'`,
        { ...idOf(id), owner: JSON.stringify(owner), now },
      ) > 0
    )
  })
}

export const beatSlot = (catalogue: Catalogue, id: SlotId, now: number): void =>
  void catalogue.run(`UPDATE slots SET beat_at = @now ${thisOne} AND state = 'running'`, { ...idOf(id), now })

/** Every run belongs to its slot. */
export const addJob = (catalogue: Catalogue, id: SlotId, jobId: string): void =>
  void catalogue.run(`UPDATE slots SET jobs = json_insert(jobs, '$[#]', @jobId) ${thisOne}`, {
    ...idOf(id),
    jobId,
  })

export const coverSlot = (catalogue: Catalogue, id: SlotId, now: number): void =>
  void catalogue.run(
    `UPDATE slots SET state = 'covered', reason = NULL, owner = NULL, decided_at = @now ${thisOne}`,
    { ...idOf(id), now },
  )

/** Ends a slot for which there is nothing that could be done. */
export const missSlot = (catalogue: Catalogue, id: SlotId, reason: SlotReason, now: number): void =>
  void catalogue.run(
    `UPDATE slots SET state = 'missed', reason = @reason, owner = NULL, decided_at = @now ${thisOne}`,
    { ...idOf(id), reason, now },
  )

interface Failure {
  readonly reason: SlotReason
  readonly fault: FaultCode | null
  /** As counted from now on; one that was only put off does not count. */
  readonly attempts: number
  readonly nextTryAt: number
}

/** Gives a claimed slot back for another try; or it is missed, when the next slot of its task has come meanwhile. */
export function putOff(catalogue: Catalogue, id: SlotId, failure: Failure, now: number): void {
  catalogue.write(() => {
    catalogue.run(
      `UPDATE slots SET state = 'due', owner = NULL, reason = @reason, fault = coalesce(@fault, fault),
         attempts = @attempts, next_try_at = @nextTryAt
       ${thisOne} AND state = 'running'`,
      { ...idOf(id), ...failure },
    )
    catalogue.run(
      `UPDATE slots SET state = 'missed', decided_at = @now ${thisOne} AND state = 'due'
         AND EXISTS (SELECT 1 FROM slots AS later WHERE later.task = @task AND later.at > @at)`,
      { ...idOf(id), now },
    )
  })
}
