import { assert, bigInt, constantFrom, integer, property, string, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fits, parseExpectation } from '../../../electron/engine/verify/probe-rules.ts'

const ops = ['=', '>', '>=', '<', '<=', '<>'] as const
const holding = (answer: string | null, value: string) => ops.filter((op) => fits(answer, { op, value }))

const [same, more, less, other] = [['=', '>=', '<='], ['>', '>=', '<>'], ['<', '<=', '<>'], ['<>']]

describe('an answer', () => {
  test.each([
    ['0', '0', same],
    ['-0', '+0.000', same],
    ['1e3', '1000', same],
    ['12.50', '12.5', same],
    ['.5', '0.50', same],
    ['1E-2', '0.01', same],
    ['9007199254740993', '9007199254740992', more],
    ['0.1000000000000000000000000000001', '0.1', more],
    ['1e999999999999', '1e999999999998', more],
    ['-2', '-1', less],
    ['-10', '1', less],
    ['9', '10', less],
    ['2026-11-03', '2026-11-04', less],
    ['paid', 'paid', same],
    ['Paid', 'paid', less],
    ['NaN', '5', other],
    ['5', 'five', other],
    ['', '0', other],
    [null, '0', []],
  ])('%j against %j', (answer, value, expected) => expect(holding(answer, value)).toEqual(expected))

  test('fits exactly three of the six comparisons wherever there is an order', () => {
    const pairs = property(string(), string(), (answer, value) => {
      expect([1, 3]).toContain(holding(answer, value).length)
    })
    assert(pairs)
  })

  test('is compared as a number however many digits it has', () => {
    const number = tuple(bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), integer({ min: 0, max: 30 }))
    const asText = ([units, places]: [bigint, number], zeros: string): string => {
      const digits = String(units < 0n ? -units : units).padStart(places + 1, '0')
      const at = digits.length - places
      return `${units < 0n ? '-' : ''}${zeros}${digits.slice(0, at)}.${digits.slice(at)}${zeros}`
    }
    assert(
      property(number, number, constantFrom('', '0', '000'), constantFrom(...ops), (one, two, zeros, op) => {
        const [left, right] = [one[0] * 10n ** BigInt(30 - one[1]), two[0] * 10n ** BigInt(30 - two[1])]
        const truth = { '=': left === right, '<>': left !== right, '>': left > right, '<': left < right }
        const expected = { ...truth, '>=': left >= right, '<=': left <= right }[op]
        expect(fits(asText(one, zeros), { op, value: asText(two, '') })).toBe(expected)
      }),
    )
  })
})

describe('what is expected', () => {
  test('is read as people write it', () => {
    expect(parseExpectation('> 0')).toEqual({ op: '>', value: '0' })
    expect(parseExpectation('  >=12.5 ')).toEqual({ op: '>=', value: '12.5' })
    expect(parseExpectation('<> the end')).toEqual({ op: '<>', value: 'the end' })
  })

  test.each(['', '0', '>', '== 3', '=> 3', '! 3'])('“%s” is none', (text) => {
    expect(parseExpectation(text)).toBeUndefined()
  })
})
