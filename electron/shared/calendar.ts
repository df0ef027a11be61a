/** The only place that turns moments into text. Moments are milliseconds since 1970. */

/** ISO 8601 UTC, as records and files hold it. */
export const toInstant = (ms: number): string => new Date(ms).toISOString()

export const fromInstant = (instant: string): number => Date.parse(instant)

export interface Place {
  readonly locale: string
  /** An IANA name such as `Europe/Rome`. */
  readonly timeZone: string
}

/** `15:30 today`, `03:30 yesterday`, `03:30 on Tue 3 Nov`, `03:30 on 3 Nov 2025`: the way a person asks for a point to go back to. */
export function sayWhen(at: number, now: number, { locale, timeZone }: Place): string {
  const time = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  })
  const days = dayNumber(now, timeZone) - dayNumber(at, timeZone)
  if (days === 0) return `${time.format(at)} today`
  if (days === 1) return `${time.format(at)} yesterday`
  // Most of a year ago a day and a month alone could be either of two.
  const year = days > 300 ? ({ year: 'numeric' } as const) : ({ weekday: 'short' } as const)
  const date = new Intl.DateTimeFormat(locale, { ...year, day: 'numeric', month: 'short', timeZone })
  return `${time.format(at)} on ${date.format(at)}`
}

/** `Nov 3, 2026, 15:30`: for papers that are read years later. They say once in which zone. */
export const sayInFull = (at: number, { locale, timeZone }: Place): string =>
  new Intl.DateTimeFormat(locale, { ...inFull, timeZone }).format(at)

const inFull = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
} as const

/** `2026-11-03 15:30`: for columns, where every moment must take the same room and sort as text. */
export function sayMinute(at: number, timeZone: string): string {
  // The Swedish calendar writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short', timeZone }).format(at)
}

/** Days since 1970 on the wall calendar of the zone, so that a difference of one is "yesterday" on both DST nights. */
function dayNumber(ms: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    timeZone,
  }).format(ms)
  return Date.parse(`${parts}T00:00:00Z`) / 86_400_000
}

export const homeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone
