import { fromInstant, homeZone, sayMinute } from '../shared/calendar.ts'

/** A record's moment as people at this computer see it on the wall: `2026-11-03 15:30`. */
export const localMinute = (instant: string): string => sayMinute(fromInstant(instant), homeZone())
