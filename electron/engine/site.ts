import { homeZone } from '../shared/calendar.ts'
import type { Settings } from '../shared/model.ts'
import type { Catalogue } from './catalogue/catalogue.ts'
import type { World } from './world.ts'

/** How long things may take. Milliseconds. */
export interface Limits {
  /** A backup never makes the till wait longer than this for a lock (INV-8). */
  readonly lockWaitMs: number
  /** A tool that is silent for this long is stuck. */
  readonly stallMs: number
  /** No backup takes longer than this. */
  readonly totalMs: number
  /** A mail server or a web address gets this long; undefined: 30 s. */
  readonly channelMs?: number
}

export const usualLimits: Limits = { lockWaitMs: 30_000, stallMs: 300_000, totalMs: 12 * 3_600_000 }

/** One restaurant, set up and open for work: what every job of the engine needs. */
export interface Site {
  readonly world: World
  readonly settings: Settings
  readonly catalogue: Catalogue
  readonly limits: Limits
}

/** The zone of the site's wall clock, by which its schedules go. */
export const timeZoneOf = ({ site }: Settings): string => site.timeZone ?? homeZone()
