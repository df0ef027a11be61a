import type { OffsetAt } from './wall-clock-rules.ts'

const quarterMs = 15 * 60_000
const mostKept = 20_000

const clocks = new Map<string, OffsetAt>()

/**
 * The wall clock of a zone by the system's own table of zones. Remembers what it looked up: a tick asks the same again
 * and again, and clocks have changed at full quarters of an hour everywhere since 1972.
 */
export function offsetsOf(timeZone: string): OffsetAt {
  const clock = clocks.get(timeZone) ?? makeClock(timeZone)
  clocks.set(timeZone, clock)
  return clock
}

function makeClock(timeZone: string): OffsetAt {
  const known = new Map<number, number>()
  const format = new Intl.DateTimeFormat('en-US', { ...fields, timeZone })
  return (moment) => {
    const quarter = Math.floor(moment / quarterMs)
    const found = known.get(quarter)
    if (found !== undefined) return found
    if (known.size > mostKept) known.clear()
    const offset = lookUp(format, quarter * quarterMs)
    known.set(quarter, offset)
    return offset
  }
}

const fields = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

function lookUp(format: Intl.DateTimeFormat, moment: number): number {
  const parts = format.formatToParts(moment)
  const value = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value ?? 0)
  return (
    Date.UTC(
      value('year'),
      value('month') - 1,
      value('day'),
      value('hour'),
      value('minute'),
      value('second'),
    ) - moment
  )
}
