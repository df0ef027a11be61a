import { describe, expect, test } from 'vitest'
import { objections, type DatabaseFacts } from '../../../electron/engine/postgres/inspect-rules.ts'

const healthy: DatabaseFacts = {
  name: 'shop',
  owner: 'pos',
  encoding: 'UTF8',
  collate: 'C',
  ctype: 'C',
  bytes: 1,
  extensions: [],
  tableCount: 1,
  roles: ['pos'],
  user: 'larder',
  serverVersionNum: 150_018,
  rlsTables: [],
  unreadable: [],
  unreadableLargeObjects: 0,
}

test('a database that can be read in full meets no objection', () => {
  expect(objections(healthy)).toEqual([])
})

describe('an objection', () => {
  test('to missing rights names what is concerned, and the words that cure it', () => {
    expect(objections({ ...healthy, unreadable: ['public.orders', 'public."Odd"'] })).toEqual([
      {
        code: 'DB_PERMISSION',
        detail: 'larder may not read public.orders, public."Odd".',
        next: 'As an administrator: GRANT pg_read_all_data TO larder;',
      },
    ])
  })

  test('to missing rights on a server older than that role grants what is needed one by one', () => {
    const [objection] = objections({ ...healthy, serverVersionNum: 130_020, unreadable: ['public.orders'] })
    expect(objection?.next).toContain('GRANT SELECT ON public.orders TO larder;')
  })

  test('to row-level security and large objects comes with its cure too', () => {
    const facts = {
      ...healthy,
      rlsTables: ['public.staff'],
      unreadableLargeObjects: 1,
      user: `"o'neil 100%"`,
    }
    expect(objections(facts)).toEqual([
      {
        code: 'DB_PERMISSION',
        detail: `"o'neil 100%" may not read 1 large object.`,
        next: expect.stringContaining(`GRANT SELECT ON LARGE OBJECT %s TO "o''neil 100%%"`),
      },
      {
        code: 'DB_RLS',
        detail: `Policies hide rows from "o'neil 100%" in public.staff.`,
        next: `As an administrator: ALTER ROLE "o'neil 100%" BYPASSRLS;`,
      },
    ])
  })

  test('to an empty database comes first', () => {
    const codes = objections({ ...healthy, tableCount: 0, unreadableLargeObjects: 3 }).map(({ code }) => code)
    expect(codes).toEqual(['SUSPICIOUS_EMPTY', 'DB_PERMISSION'])
  })

  test('to a thousand tables stays readable', () => {
    const unreadable = Array.from({ length: 1000 }, (_, index) => `public.t${index}`)
    const [objection] = objections({ ...healthy, unreadable })
    expect(objection?.detail).toMatch(/public\.t9 and 990 more\.$/)
  })
})
