import { formatBytes } from '../shared/format.ts'

const locale = 'en'
const plain = new Intl.NumberFormat(locale)
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })

export const sizeOf = (bytes: number): string => formatBytes(bytes, locale)

/** `712,345`. */
export const number = (count: number): string => plain.format(count)

/** `1 table`, `23 tables`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`

/** `0.4 s`, `12.3 s`, `4 min 10 s`, `1 h 05 min`. */
export function durationOf(ms: number): string {
  if (ms < 59_950) return `${tenths.format(ms / 1000)} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
