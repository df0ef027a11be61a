import type * as z from 'zod'
import { toInstant } from '../../shared/calendar.ts'
import { Schedule, ScheduledTask, scheduleOf, TimeZone } from '../../shared/schedule-model.ts'
import type { Settings } from '../../shared/model.ts'
import { noteJump, scheduleState, setPause, settledBy } from '../catalogue/schedule-state.ts'
import { addDue, addMissed, forgetAfter, missAllDue, putOff } from '../catalogue/slots.ts'
import { timeZoneOf, type Site } from '../site.ts'
import { abandonedSlots } from './at-work.ts'
import { clockStep, newSlots, nextTryAt } from './schedule-rules.ts'
import type { OffsetAt } from './wall-clock-rules.ts'
import { offsetsOf } from './zone.ts'

/** What slots are computed from. Another one begins anew: it has no slots before the moment it was made. */
const SlotPlan = Schedule.pick({ backup: true, proof: true, check: true }).extend({ timeZone: TimeZone })

const tasks = ScheduledTask.options
/** The past is settled this often even when it holds no slot, so that a jump of the clock is seen. */
const settleEveryMs = 10 * 60_000

/**
 * Gives every slot that has come a row: the newest of each task is due, the others are missed (INV-29). Cheap where
 * there is nothing new, and the same whichever process does it.
 */
export function settle(site: Site, now: number): void {
  const { catalogue, settings } = site
  const plan = JSON.stringify(slotPlanOf(settings))
  const state = scheduleState(catalogue)
  if (state !== undefined && state.plan === plan && isSettled(site, state.settledTo, now)) return
  catalogue.write(() => {
    const before = scheduleState(catalogue)
    if (before === undefined) return settledBy(catalogue, plan, now)
    takeBackAbandoned(site, now)
    const settledTo = heedClock(site, before.settledTo, now)
    if (now > settledTo) addSlots(site, before.plan, settledTo, now)
    if (before.plan !== plan) {
      const given = missAllDue(catalogue, 'changed', now)
      site.world.log.info(`the schedule was changed; ${given} slots of the old one are given up`)
    }
    settledBy(catalogue, plan, Math.max(settledTo, now))
  })
}

type SlotPlan = z.output<typeof SlotPlan>

function slotPlanOf(settings: Settings): SlotPlan {
  const { backup, proof, check } = scheduleOf(settings.plan)
  return { backup, proof, check, timeZone: timeZoneOf(settings) }
}

/** The plan that was in force; undefined when an older or newer Larder meant something that cannot be counted now. */
function slotPlanIn({ settings, world }: Site, plan: string): SlotPlan | undefined {
  const current = slotPlanOf(settings)
  if (plan === JSON.stringify(current)) return current
  const former = SlotPlan.safeParse(JSON.parse(plan))
  if (!former.success) world.log.warn('the schedule before this one cannot be read')
  return former.data
}

function isSettled(site: Site, settledTo: number, now: number): boolean {
  if (now - settledTo > settleEveryMs || clockStep(settledTo, now) === 'back') return false
  if (abandonedSlots(site.catalogue, now).length > 0) return false
  const offsetAt = offsetsHere(site.settings)
  const schedule = scheduleOf(site.settings.plan)
  return tasks.every((task) => newSlots(schedule[task], settledTo, now, offsetAt).due === null)
}

/** A process that died at work has tried, and failed. */
function takeBackAbandoned({ catalogue, world }: Site, now: number): void {
  for (const slot of abandonedSlots(catalogue, now)) {
    world.log.warn(`the ${slot.task} of ${toInstant(slot.at)} was cut off`)
    const attempts = slot.attempts + 1
    putOff(
      catalogue,
      slot,
      { reason: 'failed', fault: 'INTERRUPTED', attempts, nextTryAt: nextTryAt(1, now) },
      now,
    )
  }
}

/** Returns up to when slots are settled by this clock. */
function heedClock({ catalogue, world }: Site, settledTo: number, now: number): number {
  const step = clockStep(settledTo, now)
  if (step === 'steady') return settledTo
  noteJump(catalogue, now - settledTo, now)
  if (step !== 'back') return settledTo
  const forgotten = forgetAfter(catalogue, now)
  setPause(catalogue, null, now)
  world.log.warn(`the clock was put back from ${toInstant(settledTo)}; ${forgotten} slots come again`)
  return now
}

function addSlots(site: Site, plan: string, settledTo: number, now: number): void {
  const { catalogue, world } = site
  const asked = slotPlanIn(site, plan)
  if (asked === undefined) return
  const { timeZone, ...schedule } = asked
  const offsetAt = offsetsOf(timeZone)
  for (const task of tasks) {
    const { stretchTo, missed, due } = newSlots(schedule[task], settledTo, now, offsetAt)
    if (stretchTo !== null) addMissed(catalogue, { task, at: stretchTo, since: settledTo }, now)
    for (const at of missed) addMissed(catalogue, { task, at }, now)
    if (due !== null) addDue(catalogue, { task, at: due }, now)
    if (missed.length > 0)
      world.log.warn(`${missed.length} slots for a ${task} passed while Larder did not run`)
  }
}

/** The wall clock of the site. */
export const offsetsHere = (settings: Settings): OffsetAt => offsetsOf(timeZoneOf(settings))
