/** What the five fields of a cron expression allow: minute, hour, day of month, month, day of week (0 is Sunday). */
export interface Cron {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly daysOfMonth: readonly number[]
  readonly months: readonly number[]
  readonly weekdays: readonly number[]
  /** Both kinds of day are named: then either of them will do (crontab(5)). */
  readonly eitherDay: boolean
}

interface Field {
  readonly from: number
  readonly to: number
  readonly names?: readonly string[]
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const minuteField = { from: 0, to: 59 }
const hourField = { from: 0, to: 23 }
const dayField = { from: 1, to: 31 }
const monthField = { from: 1, to: 12, names: ['', ...monthNames] }
// 7 is Sunday as well.
const weekdayField = { from: 0, to: 7, names: weekdayNames }

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
/** A backup more often than every quarter of an hour is a mistake in the expression. */
const mostPerDay = 96

/** Reads `30 3 * * mon-fri` and the like; undefined when it is none, never happens, or happens all the time. */
export function parseCron(text: string): Cron | undefined {
  const [minute, hour, day, month, weekday, ...more] = text.trim().toLowerCase().split(/\s+/)
  if (weekday === undefined || more.length > 0) return undefined
  const minutes = parseField(minute, minuteField)
  const hours = parseField(hour, hourField)
  const daysOfMonth = parseField(day, dayField)
  const months = parseField(month, monthField)
  const weekdays = parseField(weekday, weekdayField)?.map((one) => one % 7)
  if (!minutes || !hours || !daysOfMonth || !months || !weekdays) return undefined
  if (minutes.length * hours.length > mostPerDay) return undefined
  const eitherDay = !day?.startsWith('*') && !weekday.startsWith('*')
  const cron = { minutes, hours, daysOfMonth, months, weekdays, eitherDay }
  return happens(cron) ? cron : undefined
}

function parseField(text: string | undefined, field: Field): number[] | undefined {
  const found = new Set<number>()
  for (const part of (text ?? '').split(',')) {
    const values = parsePart(part, field)
    if (values === undefined) return undefined
    for (const value of values) found.add(value)
  }
  return [...found].toSorted((a, b) => a - b)
}

/** A number, a range, or every nth of either: a bare number with a step runs to the end. */
function parsePart(part: string, field: Field): number[] | undefined {
  const [, range = '', , step] = /^([^/]*)(\/(\d+))?$/.exec(part) ?? []
  const every = step === undefined ? 1 : Number(step)
  const [first, last, ...more] = range.split('-')
  const from = range === '*' ? field.from : parseValue(first, field)
  const to =
    range === '*' || (last === undefined && step !== undefined) ? field.to : parseValue(last ?? first, field)
  if (from === undefined || to === undefined || more.length > 0 || every < 1 || to < from) return undefined
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => from + index * every)
}

function parseValue(text: string | undefined, { from, to, names = [] }: Field): number | undefined {
  if (text === undefined || text === '') return undefined
  const named = names.indexOf(text)
  const value = named === -1 ? (/^\d+$/.test(text) ? Number(text) : -1) : named
  return value >= from && value <= to ? value : undefined
}

/** The 31st of February does not. */
function happens({ daysOfMonth, months, eitherDay }: Cron): boolean {
  const [first = 1] = daysOfMonth
  return eitherDay || months.some((month) => first <= (longestMonths[month - 1] ?? 0))
}
