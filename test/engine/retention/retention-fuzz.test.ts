import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, floorOf, type Copy } from '../../../electron/engine/retention/retention-rules.ts'
import { offsetsOf } from '../../../electron/engine/schedule/zone.ts'
import { Retention } from '../../../electron/shared/retention-model.ts'
import { sayVerdict } from '../../../electron/shared/texts-retention.ts'
import { gone, kept } from './copies.ts'

const hour = 3_600_000
const day = 24 * hour
const play = 5 * 60_000

const start = Date.UTC(2026, 0)
const someCopy = fc.record({
  takenAt: fc.integer({ min: 0, max: 8000 }).map((n) => start + n * 3 * hour),
  isGood: fc.boolean(),
  isProven: fc.boolean(),
  isPinned: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  isSafety: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  isHeldFarther: fc.boolean(),
})
const history = fc
  .array(someCopy, { maxLength: 60 })
  .map((copies): Copy[] =>
    copies.map((copy, index) => ({ id: `b${index}`, ...copy, isProven: copy.isGood && copy.isProven })),
  )
const count = fc.integer({ min: 0, max: 8 })
const policy = fc
  .record({
    daily: count,
    weekly: count,
    monthly: count,
    days: fc.record({
      thisPc: fc.integer({ min: 1, max: 60 }),
      cloud: fc.constant(90),
      offsite: fc.constant(365),
    }),
    floor: fc.integer({ min: 1, max: 6 }),
  })
  .filter((one) => Retention.safeParse(one).success)
const facts = fc.record({
  now: fc.integer({ min: start - 1000 * day, max: start + 3000 * day }),
  place: fc.record({ days: fc.integer({ min: 1, max: 100 }), keepsAll: fc.boolean() }),
  offsetAt: fc
    .constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Asia/Kathmandu')
    .map((name) => Object.assign(offsetsOf(name), { toString: () => name })),
})

const believed = (copies: readonly Copy[], now: number): Copy[] =>
  copies.filter(({ isGood, takenAt }) => isGood && takenAt <= now + play)
const newestFirst = (copies: readonly Copy[]): Copy[] =>
  copies.toSorted((a, b) => b.takenAt - a.takenAt || (a.id < b.id ? 1 : -1))

describe('whatever the history, the policy and the clock', () => {
  test('the floor holds, however often and by whatever clock it is asked', () => {
    fc.assert(
      fc.property(
        history,
        fc.array(fc.tuple(policy, facts), { minLength: 1, maxLength: 6 }),
        (copies, calls) => {
          let left = copies
          for (const [rule, about] of calls) {
            const before = believed(left, about.now)
            left = kept(decide(left, rule, about))
            const after = believed(left, about.now)
            const proven = (some: readonly Copy[]) => some.filter(({ isProven }) => isProven).length
            expect(after.length).toBeGreaterThanOrEqual(Math.min(rule.floor, before.length))
            expect(proven(after)).toBeGreaterThanOrEqual(Math.min(rule.floor, proven(before)))
            expect(left).toEqual(
              expect.arrayContaining([
                ...floorOf(
                  copies.filter((one) => left.includes(one)),
                  rule.floor,
                  about.now,
                ),
              ]),
            )
            expect(newestFirst(after)[0]).toEqual(newestFirst(before)[0])
            const newestProven = (some: readonly Copy[]) => newestFirst(some).find(({ isProven }) => isProven)
            expect(newestProven(after)).toEqual(newestProven(before))
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('what is pinned, a safety backup, of the future or not good stays, and is no reason for anything', () => {
    fc.assert(
      fc.property(history, policy, facts, (copies, rule, about) => {
        const decided = decide(copies, rule, about)
        for (const { isPinned, isSafety, isGood, takenAt } of gone(decided)) {
          expect([isPinned, isSafety, isGood]).toEqual([false, false, true])
          expect(takenAt).toBeLessThanOrEqual(about.now + play)
        }
        const counted = believed(copies, about.now)
        const alone = decide(counted, rule, about)
        expect(decided.filter(({ copy }) => counted.includes(copy))).toEqual(alone)
      }),
      { numRuns: 1000 },
    )
  })

  test('the order of the list does not matter, and a second time deletes nothing more', () => {
    fc.assert(
      fc.property(history, policy, facts, fc.infiniteStream(fc.nat()), (copies, rule, about, random) => {
        const decided = decide(copies, rule, about)
        const order = new Map(copies.map((copy) => [copy, random.next().value]))
        const shuffled = copies.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
        expect(decide(shuffled, rule, about)).toEqual(decided)
        expect(gone(decide(kept(decided), rule, about))).toEqual([])
        expect(decided.map(({ copy }) => copy)).toEqual(newestFirst(copies))
      }),
      { numRuns: 1000 },
    )
  })

  test('every verdict has a sentence, and names a backup that stays or is held elsewhere', () => {
    fc.assert(
      fc.property(history, policy, facts, (copies, rule, about) => {
        const decided = decide(copies, rule, about)
        const here = new Set(kept(decided).map(({ id }) => id))
        for (const { verdict } of decided) {
          expect(sayVerdict(verdict, rule)).toMatch(/^[A-Z].*\.$/)
          if (verdict.action === 'keep' || verdict.standIn === null) continue
          const other = copies.find(({ id }) => id === verdict.standIn)
          expect(here.has(verdict.standIn) || other?.isHeldFarther).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
