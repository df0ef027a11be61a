import { afterAll, describe, expect, test } from 'vitest'
import { checksOf } from '../../../electron/engine/catalogue/checks.ts'
import { openSession } from '../../../electron/engine/postgres/session.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { loadSettings, saveSettings } from '../../../electron/engine/settings.ts'
import { runProbes } from '../../../electron/engine/verify/run-probes.ts'
import type { Probe } from '../../../electron/shared/model.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { makeTill } from '../../support/small-till.ts'
import { makeSite } from '../../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const till = await makeTill(server)

const probe = (sql: string, expected = '> 0'): Probe => {
  const [op = '', value = ''] = expected.split(' ')
  return { database: till, name: 'sales', sql, expect: { op: op as Probe['expect']['op'], value } }
}

const login = {
  host: server.host,
  port: server.port,
  user: server.user,
  database: till,
  tls: 'prefer',
} as const
const session = await openSession(login, till, new Secret(server.password))
afterAll(() => session.end())

const run = (one: Probe, limitMs?: number) =>
  runProbes(session, [one], limitMs === undefined ? {} : { limitMs })
const found = async (one: Probe, limitMs?: number) => (await run(one, limitMs)).differences[0]?.found

const contents = async () => {
  const counts = 'SELECT (SELECT count(*) FROM dishes), (SELECT last_value FROM bill_number), count(*)'
  return (await server.psql(till, `${counts} FROM pg_largeobject_metadata`)).trim()
}

describe('a probe', () => {
  test('that holds is told, one that does not is a difference', async () => {
    expect(await run(probe('SELECT count(*) FROM orders'))).toEqual({
      differences: [],
      notes: ['Probe “sales”: 2000, as expected (> 0).'],
    })
    expect(await run(probe('SELECT count(*) FROM orders WHERE placed_on > current_date + 9999'))).toEqual({
      differences: [{ object: 'probe “sales”', expected: '> 0', found: '0' }],
      notes: [],
    })
  })

  test.each([
    ['SELECT 12345678901234567890.000000000000000001', '> 12345678901234567890'],
    ["SELECT '12.50'::numeric;", '= 12.5'],
    ['SELECT true', '= true'],
    ["SELECT date '2026-11-03' -- the day", '>= 2026-11-03'],
    ["SELECT 'semicolons; stay' ;; ", '>= semicolons'],
    ['WITH newest AS (SELECT max(id) AS id FROM orders) SELECT id FROM newest', '= 2000'],
    ['VALUES (4)', '= 4'],
    ['TABLE "Receipts öäü" LIMIT 0', '= 0'],
  ])('%s', async (sql, expected) => {
    const { differences } = await run(probe(sql, expected))
    expect(differences.map((one) => one.found)).toEqual(sql.startsWith('TABLE') ? ['no row'] : [])
  })

  test.each([
    ['SELECT 1 WHERE false', 'no row'],
    ['SELECT 1 UNION ALL SELECT 2', 'more than one row'],
    ['SELECT 1 AS a, 2 AS a', '2 columns'],
    ['SELECT sum(cents) FROM dishes WHERE false', 'no value'],
    ['SELECT nothing', 'column "nothing" does not exist (SQLSTATE 42703)'],
    ['SELECT 1/0', 'division by zero (SQLSTATE 22012)'],
  ])('of %s finds “%s”', async (sql, answer) => {
    expect(await found(probe(sql))).toBe(answer)
  })

  test('that sleeps is cut off', async () => {
    const startedAt = performance.now()
    expect(await found(probe('SELECT 1 FROM (SELECT pg_sleep(20)) AS nap'), 300)).toBe(
      'no answer within 0.3 s',
    )
    expect(performance.now() - startedAt).toBeLessThan(5000)
    expect(await found(probe('SELECT 1'))).toBeUndefined()
  })

  test.each([
    'DELETE FROM dishes RETURNING 1',
    'WITH gone AS (DELETE FROM dishes RETURNING 1) SELECT count(*) FROM gone',
    "SELECT nextval('bill_number')",
    'SELECT 1) AS probe; COMMIT; DELETE FROM dishes; SELECT (1',
    'SELECT 1) AS probe; DELETE FROM dishes; --',
    'SELECT empty_dishes()',
  ])('that would write by %s is refused', async (sql) => {
    await server.psql(
      till,
      `CREATE OR REPLACE FUNCTION empty_dishes() RETURNS integer LANGUAGE plpgsql AS
       $$ BEGIN SET LOCAL transaction_read_only = off; DELETE FROM dishes; RETURN 1; END $$`,
    )
    expect(await found(probe(sql))).toMatch(/SQLSTATE (?:25006|25001|42601|0A000)/)
    expect(await contents()).toBe('60|1006|1')
  })

  test('undoes what PostgreSQL lets slip through, as it does with large objects before version 16', async () => {
    await run(probe('SELECT lo_unlink(oid) FROM pg_largeobject_metadata'))
    expect(await contents()).toBe('60|1006|1')
  })

  test('that a lost server cannot answer is no difference', async () => {
    const other = await openSession(login, till, new Secret(server.password))
    const asked = runProbes(other, [probe('SELECT pg_terminate_backend(pg_backend_pid())::int')])
    await expect(asked).rejects.toThrow(expect.objectContaining({ code: 'DB_CONNECTION_LOST' }))
    await other.end()
  })
})

describe('the probes of a plan', () => {
  test('decide whether a backup is proven', async () => {
    await using site = await makeSite({ server })
    const { settings } = site.engine.site
    expect(settings.plan).not.toHaveProperty('probes')
    const { id } = await site.engine.backUp(till)

    const ask = async (...probes: Probe[]) => {
      await saveSettings(site.dataFolder, { ...settings, plan: { ...settings.plan, probes } })
      return (await site.reopen()).prove(id)
    }
    const ofAnother = { ...probe('SELECT 0'), database: 'another' }
    const bad = await ask(probe('SELECT count(*) FROM orders'), probe('SELECT 0'), ofAnother)
    expect(bad).toMatchObject({
      verdict: 'different',
      differences: [{ object: 'probe “sales”', expected: '> 0', found: '0' }],
    })
    expect(site.engine.find(id).state).toBe('taken')
    expect(checksOf(site.engine.site.catalogue, id)[0]).toMatchObject({ kind: 'proof', verdict: 'different' })

    const good = await ask(probe('SELECT count(*) FROM orders'), ofAnother)
    expect(good).toMatchObject({ verdict: 'proven', differences: [] })
    expect(good.notes).toContain('Probe “sales”: 2000, as expected (> 0).')
    expect(site.engine.find(id).state).toBe('proven')
  })

  test('may be missing from the settings, and wrong ones are refused', async () => {
    await using site = await makeSite({ server })
    const { settings } = site.engine.site
    await saveSettings(site.dataFolder, settings)
    expect((await loadSettings(site.dataFolder))?.plan).toEqual(settings.plan)
    const probes = [{ ...probe('SELECT 1'), expect: { op: '~', value: '1' } }]
    const wrong = { ...settings, plan: { ...settings.plan, probes } } as unknown as typeof settings
    await expect(saveSettings(site.dataFolder, wrong)).rejects.toThrow(/Invalid option/)
  })
})
