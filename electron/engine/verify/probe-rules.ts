import type { Probe } from '../../shared/model.ts'

type Expectation = Probe['expect']

/** Whether an answer, as text, is what a probe expects. An answer that is not there never is. */
export function fits(answer: string | null, { op, value }: Expectation): boolean {
  if (answer === null) return false
  return accepted[op].includes(orderOf(answer, value))
}

type Order = -1 | 0 | 1

/** `undefined` is neither the same nor more nor less. */
const accepted: Record<Expectation['op'], readonly (Order | undefined)[]> = {
  '=': [0],
  '<>': [1, -1, undefined],
  '>': [1],
  '>=': [1, 0],
  '<': [-1],
  '<=': [-1, 0],
}

/** Undefined: one is a number and the other is not, so that neither is more. */
function orderOf(one: string, other: string): Order | undefined {
  const [left, right] = [decimalIn(one), decimalIn(other)]
  if (left && right) return compareDecimals(left, right)
  return left || right ? undefined : compare(one, other)
}

/** A number as ± 0.digits × 10^point, without zeros at either end of the digits; zero has none and the point 0. */
interface Decimal {
  readonly negative: boolean
  readonly digits: string
  readonly point: bigint
}

function decimalIn(text: string): Decimal | undefined {
  const found = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,30}))?\s*$/i.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found ?? []
  if (found === null || whole + fraction === '') return undefined
  const digits = (whole + fraction).replace(/^0+/, '')
  const leadingZeros = whole.length + fraction.length - digits.length
  const shown = digits.replace(/0+$/, '')
  if (shown === '') return { negative: false, digits: '', point: 0n }
  return {
    negative: sign === '-',
    digits: shown,
    point: BigInt(exponent) + BigInt(whole.length - leadingZeros),
  }
}

function compareDecimals(left: Decimal, right: Decimal): Order {
  const signs = compare(signOf(left), signOf(right))
  if (signs !== 0 || left.digits === '') return signs
  // Digits of equal weight compare as text does; what is longer has more behind.
  const sizes = compare(left.point, right.point) || compare(left.digits, right.digits)
  return left.negative ? reverse[sizes] : sizes
}

const reverse = { [-1]: 1, 0: 0, 1: -1 } as const

function signOf({ negative, digits }: Decimal): number {
  if (digits === '') return 0
  return negative ? -1 : 1
}

function compare<T extends string | number | bigint>(left: T, right: T): Order {
  if (left === right) return 0
  return left < right ? -1 : 1
}

export const expectationInWords = ({ op, value }: Expectation): string => `${op} ${value}`

/** Reads `> 0`, `=`, … as a person types it; undefined when there is no operator or nothing to compare with. */
export function parseExpectation(text: string): Expectation | undefined {
  const [, op, value = ''] = /^\s*(<>|>=|<=|=|>|<)\s*(?![=<>])(.*?)\s*$/s.exec(text) ?? []
  const known = (['=', '>', '>=', '<', '<=', '<>'] as const).find((each) => each === op)
  return known === undefined || value === '' ? undefined : { op: known, value }
}
