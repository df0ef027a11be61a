import * as z from 'zod'
import { parseCron } from './cron-rules.ts'

/** `03:30`, on the wall clock of the site. */
export const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
export const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
export type Weekday = z.output<typeof Weekday>
const ClockTimes = z.array(ClockTime).min(1).max(96)
const Weekdays = z.array(Weekday).min(1).max(7)

/** How often something is due, in plain words as data. Every moment is one of the site's wall clock. */
export const Rhythm = z.discriminatedUnion('every', [
  z.strictObject({ every: z.literal('day'), at: ClockTimes }),
  /** From that time on around the clock, each day anew: numbers that divide a day. */
  z.strictObject({
    every: z.literal('hours'),
    hours: z.union([1, 2, 3, 4, 6, 8, 12].map((hours) => z.literal(hours))),
    from: ClockTime,
  }),
  z.strictObject({ every: z.literal('week'), on: Weekdays, at: ClockTimes }),
  /** Five fields, for those who think in them. */
  z.strictObject({
    every: z.literal('cron'),
    cron: z
      .string()
      .max(200)
      .refine(
        (text) => parseCron(text) !== undefined,
        'This is no cron expression of five fields that fits a backup.',
      ),
  }),
])
export type Rhythm = z.output<typeof Rhythm>

/** When guests are served and the till must be fast. An end before the start is on the next day. */
export const TradingHours = z.strictObject({ on: Weekdays, from: ClockTime, to: ClockTime })
export type TradingHours = z.output<typeof TradingHours>

export const ScheduledTask = z.enum(['backup', 'proof', 'check'])
export type ScheduledTask = z.output<typeof ScheduledTask>

export const SlotState = z.enum(['due', 'running', 'covered', 'missed'])
/**
 * Why a slot waits or was missed: Larder did not run then; it just started; somebody paused it; guests are served;
 * PostgreSQL does not answer; other work is under way; the backup to be proven is not there yet; it was tried and did
 * not work; somebody stopped it; the plan was changed; there is nothing to work at.
 */
export const SlotReason = z.enum([
  'off',
  'starting',
  'paused',
  'trading',
  'server',
  'busy',
  'backup-first',
  'failed',
  'stopped',
  'changed',
  'nothing',
])
export type SlotReason = z.output<typeof SlotReason>

/** When a plan backs up, proves its newest backups by restoring them, and reads all of them in full. */
export const Schedule = z.strictObject({
  backup: z.array(Rhythm).min(1).max(10),
  proof: z.array(Rhythm).max(10),
  check: z.array(Rhythm).max(10),
  tradingHours: z.array(TradingHours).max(50),
})
export type Schedule = z.output<typeof Schedule>

/** An IANA name such as `Europe/Rome`. */
export const TimeZone = z.string().max(100).refine(isTimeZone, 'This is no time zone.')

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const sundays = (time: string): Rhythm => ({ every: 'week', on: ['sun'], at: [time] })

// 03:30: after the last guest, and clear of the hour that the spring night leaves out.
const readyMade: Readonly<Record<'production' | 'staging', Schedule>> = {
  production: {
    backup: [{ every: 'hours', hours: 6, from: '03:30' }],
    proof: [{ every: 'day', at: ['03:30'] }],
    check: [sundays('04:30')],
    tradingHours: [{ on: [...Weekday.options], from: '11:00', to: '23:00' }],
  },
  staging: {
    backup: [sundays('03:30')],
    proof: [sundays('03:30')],
    check: [sundays('04:30')],
    tradingHours: [],
  },
}

/** The schedule of a plan: its own, or the ready-made one of its kind. */
export const scheduleOf = (plan: {
  readonly kind: keyof typeof readyMade
  readonly schedule?: Schedule | undefined
}): Schedule => plan.schedule ?? readyMade[plan.kind]
