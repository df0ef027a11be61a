import { assert, constantFrom, property, bigInt } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareFingerprints } from '../../../electron/engine/verify/compare-fingerprints-rules.ts'
import { isOfThisComputer, restoreErrors } from '../../../electron/engine/verify/restore-errors-rules.ts'
import { superusersIn } from '../../../electron/engine/verify/roles-rules.ts'
import type { Fingerprint } from '../../../electron/shared/model.ts'

const orders = { schema: 'public', name: 'orders', kind: 'table', rows: 7 } as const
const bills = { schema: 'public', name: 'bills', value: '10', isCalled: true }
const whole: Fingerprint = {
  tables: [orders],
  sequences: [bills],
  largeObjects: 2,
  objects: ['table public.orders'],
}
const upwards = { schema: 'public', name: 'bills', increment: 1n, cycles: false }

describe('two fingerprints', () => {
  test('that are the same differ in nothing', () => {
    expect(compareFingerprints(whole, whole, [upwards])).toEqual([])
  })

  test('are compared part by part, and what is too much counts as well', () => {
    const found: Fingerprint = {
      tables: [
        { ...orders, rows: 6 },
        { ...orders, name: 'extra' },
      ],
      sequences: [],
      largeObjects: 1,
      objects: ['view public.cheap'],
    }
    expect(compareFingerprints(whole, found, [])).toEqual([
      { object: 'table public.orders', expected: '7 rows', found: '6 rows' },
      { object: 'table public.extra', expected: 'nothing', found: '7 rows' },
      { object: 'sequence public.bills', expected: '10', found: 'nothing' },
      { object: 'large objects', expected: '2', found: '1' },
      { object: 'table public.orders', expected: 'to be there', found: 'nothing' },
      { object: 'view public.cheap', expected: 'nothing', found: 'it is there' },
    ])
  })

  test('agree on a sequence that is ahead in its own direction, and on no other', () => {
    const steps = property(bigInt(1n, 1000n), constantFrom(1n, -3n), (by, increment) => {
      const at = (value: bigint) => ({ ...whole, sequences: [{ ...bills, value: String(value) }] })
      const compare = (from: bigint, to: bigint) =>
        compareFingerprints(at(from), at(to), [{ ...upwards, increment }])
      const forward = increment > 0n ? by : -by
      expect(compare(50n, 50n + forward)).toEqual([])
      expect(compare(50n, 50n - forward)).toHaveLength(1)
    })
    assert(steps)
    const unused = { ...whole, sequences: [{ ...bills, isCalled: false }] }
    expect(compareFingerprints(unused, whole, [upwards])).toEqual([])
    expect(compareFingerprints(whole, unused, [upwards])).toHaveLength(1)
  })
})

describe('what pg_restore says', () => {
  const stderr = [
    'pg_restore: while PROCESSING TOC:',
    'pg_restore: from TOC entry 3412; 0 16439 TABLE DATA orders owner',
    'pg_restore: error: COPY failed for table "orders": ERROR:  invalid byte sequence',
    'pg_restore: from TOC entry 3300; 2606 16450 FK CONSTRAINT lines of_order owner',
    'pg_restore: error: could not execute query: ERROR:  insert or update violates foreign key constraint',
    'Command was: ALTER TABLE …',
    'pg_restore: warning: errors ignored on restore: 2',
  ].join('\n')

  test('becomes one difference for each object', () => {
    expect(restoreErrors(stderr).map(({ object }) => object)).toEqual([
      'TABLE DATA orders owner',
      'FK CONSTRAINT lines of_order owner',
    ])
  })

  test('is held against the backup only when this computer was not the reason', () => {
    expect(isOfThisComputer('DUMP_FAILED', stderr)).toBe(false)
    expect(isOfThisComputer('DISK_FULL', stderr)).toBe(true)
    expect(isOfThisComputer('DUMP_FAILED', 'ERROR:  out of memory')).toBe(true)
  })
})

test('superusers are found in a roles file by their plain and their quoted names', () => {
  const globals = [
    'CREATE ROLE postgres;',
    'ALTER ROLE postgres WITH SUPERUSER INHERIT LOGIN;',
    'ALTER ROLE "Frau ""O""" WITH SUPERUSER INHERIT;',
    'ALTER ROLE waiter WITH NOSUPERUSER INHERIT;',
  ].join('\n')
  expect([...superusersIn(globals)]).toEqual(['postgres', 'Frau "O"'])
})
