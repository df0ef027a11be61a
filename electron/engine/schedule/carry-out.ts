import { toInstant } from '../../shared/calendar.ts'
import { CancelledError } from '../../shared/fault.ts'
import { markTold } from '../catalogue/job-history.ts'
import { claimSlot, coverSlot, missSlot, openSlots, putOff, type Slot } from '../catalogue/slots.ts'
import { thisProcess } from '../catalogue/process-identity.ts'
import { pruneAfterBackup } from '../retention/prune.ts'
import { atWork } from './at-work.ts'
import { nextTryAt } from './schedule-rules.ts'
import type { Ringing, Run, Scheduled, Step } from './scheduled.ts'
import { take, todosOf, type Taken } from './steps.ts'

const busyMs = 60_000
const stoppedMs = 3_600_000

/**
 * Works at a slot that is due, if no other process has it: undefined then. Ends with the slot covered, missed, or put
 * off to another try; throws only when that cannot be written.
 */
export async function carryOut(engine: Scheduled, slot: Slot, ringing: Ringing): Promise<Run | undefined> {
  const { catalogue, world } = engine.site
  if (!claimSlot(catalogue, slot, thisProcess(), world.now())) return undefined
  world.log.info(`the ${slot.task} of ${toInstant(slot.at)} begins, try ${slot.attempts + 1}`)
  return atWork(engine.site, slot, () => workAt(engine, slot, ringing))
}

async function workAt(engine: Scheduled, slot: Slot, ringing: Ringing): Promise<Run> {
  const taken: Taken[] = []
  try {
    const todos = await todosOf(engine, slot)
    if (todos === undefined) return missed(engine, slot)
    for (const todo of todos) {
      if (ringing.signal?.aborted) throw new CancelledError('The scheduler was stopped.')
      if (givesWay(engine, slot, taken)) return later(engine, slot, 'busy', taken, busyMs)
      taken.push(await take(engine, slot, todo, ringing))
    }
    const run = end(engine, slot, taken)
    if (slot.task === 'backup' && run.outcome === 'covered') await giveUpOld(engine, run)
    return run
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    return later(engine, slot, 'stopped', taken, stoppedMs)
  }
}

/** Only after something newer is there, and read back (INV-12). */
async function giveUpOld({ site }: Scheduled, { steps }: Run): Promise<void> {
  for (const database of new Set(steps.map((step) => step.database))) await pruneAfterBackup(site, database)
}

function end(engine: Scheduled, slot: Slot, taken: readonly Taken[]): Run {
  const { catalogue, world } = engine.site
  const steps = stepsOf(taken)
  const fault = steps.find((step) => step.fault !== undefined)?.fault
  if (fault === undefined) {
    coverSlot(catalogue, slot, world.now())
    return { task: slot.task, at: slot.at, outcome: 'covered', steps }
  }
  if (fault.code === 'ALREADY_RUNNING') return later(engine, slot, 'busy', taken, busyMs)
  tellOnce(engine, slot, fault.code, taken)
  const [now, attempts] = [world.now(), slot.attempts + 1]
  const failure = {
    reason: 'failed',
    fault: fault.code,
    attempts,
    nextTryAt: nextTryAt(attempts, now),
  } as const
  putOff(catalogue, slot, failure, now)
  return { task: slot.task, at: slot.at, outcome: 'put off', reason: 'failed', steps }
}

/** A slot that fails again for the same reason says nothing new, and who hears it every hour switches it off. */
function tellOnce({ site }: Scheduled, slot: Slot, code: string, taken: readonly Taken[]): void {
  if (slot.fault !== code) return
  for (const { step, jobIds } of taken)
    if (step.fault?.code === code) for (const id of jobIds) markTold(site.catalogue, id, site.world.now())
}

/** Reading all backups may take hours, and a new one is worth more; what was read stays read. */
const givesWay = ({ site }: Scheduled, slot: Slot, taken: readonly Taken[]): boolean =>
  slot.task === 'check' && taken.length > 0 && openSlots(site.catalogue).some(({ task }) => task === 'backup')

/** Somebody stopped it, Larder is going, or other work is in the way: not now, but it is not forgotten either. */
function later(
  { site: { catalogue, world } }: Scheduled,
  slot: Slot,
  reason: 'busy' | 'stopped',
  taken: readonly Taken[],
  waitMs: number,
): Run {
  const now = world.now()
  putOff(catalogue, slot, { reason, fault: null, attempts: slot.attempts, nextTryAt: now + waitMs }, now)
  return { task: slot.task, at: slot.at, outcome: 'put off', reason, steps: stepsOf(taken) }
}

function missed({ site: { catalogue, world } }: Scheduled, slot: Slot): Run {
  missSlot(catalogue, slot, 'nothing', world.now())
  return { task: slot.task, at: slot.at, outcome: 'missed', reason: 'nothing', steps: [] }
}

const stepsOf = (taken: readonly Taken[]): readonly Step[] => taken.map(({ step }) => step)
