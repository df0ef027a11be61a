/** A whole number, grouped as the reader's region does. */
export const figure = (value: number, locale: string): string => new Intl.NumberFormat(locale).format(value)

type Decimal = `${number}`

const isDecimal = (text: string): text is Decimal => /^-?\d{1,40}(?:\.\d{1,20})?$/.test(text)

/** Decimal text with the places that it has, however long: a sum of money must not pass through a binary number. */
export function sayTotal(total: string, locale: string): string {
  if (!isDecimal(total)) return total
  const places = total.split('.')[1]?.length ?? 0
  const options = { minimumFractionDigits: places, maximumFractionDigits: places }
  return new Intl.NumberFormat(locale, options).format(total)
}

/** `0.31 sec`, `4 min 12 sec`, `1 hr 5 min`: short enough to compare, exact enough for a downtime. */
export function sayDuration(ms: number, { locale }: { readonly locale: string }): string {
  const say = (amount: number, unit: string, places = 0): string =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    }).format(amount)
  if (ms < 60_000) return say(ms / 1000, 'second', 2)
  const seconds = Math.round(ms / 1000)
  const minutes = Math.round(seconds / 60)
  if (seconds < 3600) return `${say(Math.floor(seconds / 60), 'minute')} ${say(seconds % 60, 'second')}`
  return `${say(Math.floor(minutes / 60), 'hour')} ${say(minutes % 60, 'minute')}`
}
