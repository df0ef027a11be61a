import { homeZone, sayMinute, sayWhen } from '../electron/shared/calendar.ts'
import { formatBytes } from '../electron/shared/format.ts'
import { texts } from '../electron/shared/texts.ts'

type Format = ReturnType<typeof createFormat>

/** How this reader writes numbers, sizes, durations and moments. Moments are ISO 8601, `now` is ms. */
export function createFormat(locale: string, timeZone: string) {
  const plain = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  return {
    number: (n: number) => plain.format(n),
    percent: (fraction: number) => percent.format(fraction),
    bytes: (bytes: number) => formatBytes(bytes, locale),
    duration: (ms: number) => formatDuration(ms, locale),
    /** In the same words as the sentence of the verdict: `15:30 today`. */
    when: (iso: string, now = Date.now()) => sayWhen(Date.parse(iso), now, { locale, timeZone }),
    /** `2026_11_22`: a day as part of a name. */
    dayInName: (iso: string) => sayMinute(Date.parse(iso), timeZone).slice(0, 10).replaceAll('-', '_'),
    sum: (decimal: string) => formatSum(decimal, locale),
  }
}

/** A sum as the database told it, in decimal text: grouped, and with the places that it has. */
function formatSum(decimal: string, locale: string): string {
  if (!/^-?\d+(?:\.\d+)?$/.test(decimal)) return decimal
  const places = Math.min(20, decimal.split('.')[1]?.length ?? 0)
  // Text keeps digits that a number would lose; the pattern above is what the type asks for.
  // oxlint-disable-next-line no-unsafe-type-assertion
  const text = decimal as `${number}` // door: TypeScript cannot read a pattern
  return new Intl.NumberFormat(locale, { minimumFractionDigits: places, maximumFractionDigits: 20 }).format(
    text,
  )
}

/** `under 1 sec`, `12 sec`, `1 min 12 sec`, `2 hr 5 min`: two units say enough. */
function formatDuration(ms: number, locale: string): string {
  const say = (amount: number, unit: string): string =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(amount)
  const seconds = Math.round(ms / 1000)
  if (seconds < 1) return texts.common.lessThan(say(1, 'second'))
  const [small, large] = seconds < 3600 ? (['second', 'minute'] as const) : (['minute', 'hour'] as const)
  const smalls = seconds < 3600 ? seconds : Math.round(seconds / 60)
  const parts = [
    { amount: Math.floor(smalls / 60), unit: large },
    { amount: smalls % 60, unit: small },
  ]
  return parts
    .filter(({ amount }) => amount > 0)
    .map(({ amount, unit }) => say(amount, unit))
    .join(' ')
}

/** The reader's own region where it speaks the catalogue's language, so that words and figures fit together. */
export const localeFor = (languages: readonly string[]): string =>
  languages.find((language) => language.split('-')[0] === texts.language) ?? texts.language

export const format: Format = createFormat(localeFor(navigator.languages), homeZone())
