import { scheduleOf } from '../../shared/schedule-model.ts'
import { runningJobs } from '../catalogue/job-history.ts'
import { isAlive } from '../catalogue/process-identity.ts'
import { scheduleState } from '../catalogue/schedule-state.ts'
import { coverSlot, decidedSlots, noteWaiting, openSlots, type Slot } from '../catalogue/slots.ts'
import { carryOut } from './carry-out.ts'
import { decide, pauseAt, type Circumstances } from './schedule-rules.ts'
import type { Ringing, Run, Scheduled } from './scheduled.ts'
import { offsetsHere, settle } from './settle.ts'
import { isCovered } from './steps.ts'
import { closesAt } from './trading-hours-rules.ts'

/**
 * Does what is due, one after the other, and returns when nothing more is: the one function that every bell rings. Any
 * process may call it at any time; together they do nothing twice.
 */
export async function runDue(engine: Scheduled, ringing: Ringing): Promise<readonly Run[]> {
  const runs: Run[] = []
  while (engine.isSetUp && !ringing.signal?.aborted) {
    const slot = await nextToBegin(engine, ringing)
    if (slot === undefined) break
    const run = await carryOut(engine, slot, ringing)
    // Another process was faster, and is at it.
    if (run === undefined) break
    ringing.onRun?.(run)
    runs.push(run)
  }
  return runs
}

/** A proof is of the backup before it; a check can wait for both. */
const rank = { backup: 0, proof: 1, check: 2 } as const

/** The first slot that is to be begun now. Those that are not learn why they wait. */
async function nextToBegin(engine: Scheduled, { awakeMs }: Ringing): Promise<Slot | undefined> {
  const { site } = engine
  const { catalogue, world } = site
  settle(site, world.now())
  const open = openSlots(catalogue)
  if (open.some(({ state }) => state === 'running')) return undefined
  for (const slot of open.toSorted((a, b) => rank[a.task] - rank[b.task] || a.at - b.at)) {
    if (isCovered(engine, slot)) {
      coverSlot(catalogue, slot, world.now())
      continue
    }
    const decision = decide(slot, circumstances(engine, slot, awakeMs))
    if (decision.act === 'wait') noteWaiting(catalogue, slot, decision.reason)
    else if (decision.act === 'ask-server' && !(await engine.serverAnswers()))
      noteWaiting(catalogue, slot, 'server')
    else return slot
  }
  return undefined
}

function circumstances({ site }: Scheduled, slot: Slot, awakeMs: number): Circumstances {
  const { catalogue, settings, world } = site
  const now = world.now()
  const state = scheduleState(catalogue)
  const [before] = decidedSlots(catalogue, slot.task, 1)
  return {
    now,
    awakeMs,
    pausedUntil: state === undefined ? null : pauseAt(state, now),
    isBusy: isBusy(site, slot.task),
    closesAt: closesAt(scheduleOf(settings.plan).tradingHours, now, offsetsHere(settings)),
    isBackupOpen: openSlots(catalogue).some(({ task }) => task === 'backup'),
    waitedInVain: before?.state === 'missed' && before.reason === 'trading',
  }
}

/** A backup waits for what has the database to itself; heavy work waits for anything. */
function isBusy({ catalogue, world }: Scheduled['site'], task: Slot['task']): boolean {
  const alone = new Set(['backup', 'restore', 'undo', 'release'])
  return runningJobs(catalogue).some(
    ({ job, owner, heartbeatAtMs }) =>
      (task !== 'backup' || alone.has(job.kind)) && isAlive(owner, world.now(), heartbeatAtMs),
  )
}
