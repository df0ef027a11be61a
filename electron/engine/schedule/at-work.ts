import { toFault } from '../../shared/fault.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import { isAlive, thisProcess } from '../catalogue/process-identity.ts'
import { beatSlot, openSlots, type Slot, type SlotId } from '../catalogue/slots.ts'
import type { Site } from '../site.ts'

const beatEveryMs = 60_000

/** What this process works at. A claim of its own that is not here was never given back. */
const here = new Set<string>()

const keyOf = ({ file }: Catalogue, { task, at }: SlotId): string => `${task} ${at} ${file}`

/** Works at a claimed slot, and lets other processes see all the while that somebody does. */
export async function atWork<T>(site: Site, slot: SlotId, work: () => Promise<T>): Promise<T> {
  const { catalogue, world } = site
  const key = keyOf(catalogue, slot)
  here.add(key)
  const beat = setInterval(() => surelyNoted(site, () => beatSlot(catalogue, slot, world.now())), beatEveryMs)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    here.delete(key)
  }
}

/** A catalogue that cannot be written just now is no reason to lose a backup. */
export function surelyNoted({ world }: Site, note: () => void): void {
  try {
    note()
  } catch (error) {
    world.log.warn(`the schedule could not be written: ${toFault(error).detail ?? ''}`)
  }
}

/** Claimed slots that nobody works at: their process died, or could not write how they ended. */
export const abandonedSlots = (catalogue: Catalogue, now: number): Slot[] =>
  openSlots(catalogue).filter((slot) => slot.state === 'running' && !isWorkedAt(catalogue, slot, now))

function isWorkedAt(catalogue: Catalogue, slot: Slot, now: number): boolean {
  const { owner, beatAt } = slot
  if (owner === null) return false
  const own = thisProcess()
  const isOurs = owner.pid === own.pid && owner.host === own.host && owner.startedAt === own.startedAt
  return isOurs ? here.has(keyOf(catalogue, slot)) : isAlive(owner, now, beatAt ?? 0)
}
