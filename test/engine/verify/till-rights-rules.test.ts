import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withoutRights } from '../../../electron/engine/verify/till-rights-rules.ts'

const refused = (object: string, found: string) => ({ object, expected: 'to be restored', found })

describe('what a login that is no superuser could not restore', () => {
  test.each([
    refused('EVENT TRIGGER watch postgres', 'could not execute query: ERROR:  permission denied to create'),
    refused('CREATE EVENT TRIGGER watch ON ddl_command_end', 'ERROR:  keine Berechtigung'),
    refused('COMMENT EVENT TRIGGER watch postgres', 'ERROR:  event trigger "watch" does not exist'),
    { object: 'event trigger watch', expected: 'to be there', found: 'nothing' },
  ])('is no difference when it is an event trigger: $object', (one) => {
    const fair = withoutRights([one])
    expect(fair).toMatchObject({ differences: [], denied: undefined })
    expect(fair.notes).toEqual([expect.stringContaining('Event triggers')])
  })

  test('is no difference when it is a comment on what belongs to somebody else', () => {
    const one = refused('COMMENT SCHEMA public postgres', 'ERROR:  must be owner of schema public')
    expect(withoutRights([one])).toMatchObject({ differences: [], denied: undefined })
  })

  test.each([
    refused('FUNCTION sum_of(integer, integer) keeper', 'ERROR:  permission denied for language internal'),
    refused('EXTENSION pageinspect', 'ERROR:  permiso denegado a crear la extensión «pageinspect»'),
    refused('POLICY orders only_waiters', 'ERROR:  role "waiter" does not exist'),
  ])('leaves the verdict open when it is anything else: $object', (one) => {
    expect(withoutRights([one]).denied).toEqual(one)
  })

  test('never hides a table that came back with other rows', () => {
    const table = fc.record({
      object: fc.string().map((name) => `table public.${name}`),
      expected: fc.nat().map((rows) => `${rows} rows`),
      found: fc.nat().map((rows) => `${rows} rows`),
    })
    fc.assert(
      fc.property(fc.array(table), (tables) => {
        const fair = withoutRights([...tables, refused('EVENT TRIGGER watch postgres', 'permission denied')])
        expect(fair.differences).toEqual(tables)
        expect(fair.denied).toBeUndefined()
      }),
    )
  })
})
