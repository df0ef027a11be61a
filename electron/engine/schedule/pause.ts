import { toInstant } from '../../shared/calendar.ts'
import { setPause } from '../catalogue/schedule-state.ts'
import type { Site } from '../site.ts'
import { tomorrow } from './schedule-rules.ts'
import { offsetsHere, settle } from './settle.ts'

/** What a person may ask for: a length of time, or the end of the night. */
export type PauseLength = { readonly ms: number } | 'tomorrow'

/**
 * Begins no scheduled work before the moment that is returned, ms; work under way goes on. What falls due meanwhile is
 * caught up with then.
 */
export function pause(site: Site, length: PauseLength): number {
  const now = site.world.now()
  settle(site, now)
  const until = length === 'tomorrow' ? tomorrow(now, offsetsHere(site.settings)) : now + length.ms
  setPause(site.catalogue, until, now)
  site.world.log.info(`the schedule is paused until ${toInstant(until)}`)
  return until
}

export function resume(site: Site): void {
  setPause(site.catalogue, null, site.world.now())
  site.world.log.info('the schedule goes on')
}
