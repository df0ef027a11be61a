import { assert, boolean, constantFrom, integer, nat, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWeak, steadied, waitAfter, waitInWords, waitLeft } from '../../electron/engine/pin-rules.ts'

const minute = 60_000
const hour = 60 * minute

describe('a PIN', () => {
  test.each(['', '12345', 'abcde', '000000', 'zzzzzzzz', '123456', '654321', '567890', '098765', 'abcdef'])(
    '“%s” is too easy to guess',
    (pin) => expect(isWeak(pin)).toBe(true),
  )

  test.each(['123123', '121212', '321321321', 'ababab', '🍝🍝🍝🍝🍝🍝'])(
    '“%s” only repeats an easy piece',
    (pin) => expect(isWeak(pin)).toBe(true),
  )

  test.each(['280419', '112358', '12345x', 'Pina1967', 'sale e pepe', '123457'])('“%s” will do', (pin) =>
    expect(isWeak(pin)).toBe(false),
  )

  test('counts characters as people do, and never becomes weaker by one that fits nowhere', () => {
    expect(isWeak('🍝🍷🍞🧀🍅')).toBe(true)
    assert(property(string({ minLength: 5 }), (pin) => !isWeak(`${pin}\u{E000}`)))
  })
})

describe('the wait after wrong PINs', () => {
  test('is nothing five times, then half a minute that doubles up to an hour', () => {
    const waits = Array.from({ length: 15 }, (_, failures) => waitAfter(failures) / minute)
    expect(waits).toEqual([0, 0, 0, 0, 0, 0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60])
    expect(waitAfter(100_000)).toBe(hour)
  })

  test('is between nothing and all of it at every moment, and over in time', () => {
    assert(
      property(
        nat(50),
        nat(),
        integer({ min: -1_000_000_000, max: 1_000_000_000 }),
        (failures, lastAt, since) => {
          const left = waitLeft({ failures, lastAt }, lastAt + since)
          expect(left).toBeGreaterThanOrEqual(0)
          expect(left).toBeLessThanOrEqual(waitAfter(failures))
          if (since >= waitAfter(failures)) expect(left).toBe(0)
        },
      ),
    )
  })

  test('is not shorter when the clock is set back, and begins anew only once', () => {
    assert(
      property(
        integer({ min: 5, max: 20 }),
        nat(hour),
        nat(10 * hour),
        boolean(),
        (failures, waited, back, looks) => {
          const tries = { failures, lastAt: 20 * hour }
          const [before, after] = [20 * hour + waited, 20 * hour + waited - back]
          const seen = looks ? steadied(tries, after) : tries
          expect(waitLeft(seen, after)).toBeGreaterThanOrEqual(waitLeft(tries, before))
          const anew = steadied(tries, after)
          expect(waitLeft(anew, after + waitAfter(failures))).toBe(0)
        },
      ),
    )
  })

  test('goes on as it was when the clock goes on', () => {
    const tries = { failures: 7, lastAt: 1000 }
    expect(steadied(tries, 1000)).toBe(tries)
    expect(waitLeft(tries, 31_000)).toBe(90_000)
  })

  test('is told in words that never promise too early', () => {
    const told = [0, 1, 1000, 30_000, 59_001, minute + 1, 16 * minute, 59.5 * minute, hour].map(waitInWords)
    expect(told).toEqual([
      'a moment',
      '1 second',
      '1 second',
      '30 seconds',
      '1 minute',
      '2 minutes',
      '16 minutes',
      '1 hour',
      '1 hour',
    ])
    const inMs = { second: 1000, minute, hour } as const
    assert(
      property(integer({ min: 1, max: hour }), constantFrom(0, 1), (ms, more) => {
        const [, count, unit] = /^(\d+) (second|minute|hour)s?$/.exec(waitInWords(ms + more)) ?? []
        const promised = Number(count) * inMs[unit as keyof typeof inMs]
        expect(promised).toBeGreaterThanOrEqual(Math.min(ms, hour))
      }),
    )
  })
})
