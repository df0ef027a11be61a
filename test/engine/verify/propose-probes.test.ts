import { afterAll, describe, expect, test } from 'vitest'
import { openSession } from '../../../electron/engine/postgres/session.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { proposeProbes } from '../../../electron/engine/verify/propose-probes.ts'
import { runProbes } from '../../../electron/engine/verify/run-probes.ts'
import { buildSampleRestaurant } from '../../../scripts/sample-restaurant/build.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { makeEmpty } from '../../support/small-till.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await buildSampleRestaurant({ url: (database) => server.url(database) }, { scale: 0.02 })

async function inDatabase<T>(
  database: string,
  work: (session: Awaited<ReturnType<typeof openSession>>) => Promise<T>,
) {
  const login = { host: server.host, port: server.port, user: server.user, database, tls: 'prefer' } as const
  await using session = await openSession(login, database, new Secret(server.password))
  return await work(session)
}
const proposedFor = (database: string) => inDatabase(database, (session) => proposeProbes(session, database))

async function makeDatabase(name: string, sql: string) {
  await makeEmpty(server, name)
  await server.psql(name, sql)
}

describe('what is proposed for a restaurant', async () => {
  const proposed = await proposedFor('trattoria')
  const names = proposed.map(({ name }) => name)

  test('begins with its trade, goes on with its takings and ends with what belongs together', () => {
    expect(names[0]).toMatch(/^\w+: rows of the last (?:day|\d days)$/)
    expect(names).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/: sum of (?:unit_price|amount|total) of the last/),
        'dishes: not empty',
        'staff: not empty',
        expect.stringMatching(/^order_lines: (?:dishes|orders) of every /),
      ]),
    )
    const kinds = names.map((name) =>
      [/rows of/, /sum of/, /not empty/, /of every/].findIndex((kind) => kind.test(name)),
    )
    expect(kinds).toEqual(kinds.toSorted((one, other) => one - other))
    expect(proposed.length).toBeLessThanOrEqual(15)
    expect(new Set(names).size).toBe(names.length)
  })

  test('holds, and is no more true when the rows are gone', async () => {
    await inDatabase('trattoria', async (session) => {
      expect((await runProbes(session, proposed)).differences).toEqual([])
    })
    await server.psql('postgres', 'CREATE DATABASE emptied TEMPLATE trattoria')
    await server.psql('emptied', 'TRUNCATE orders, dishes, staff CASCADE')
    await inDatabase('emptied', async (session) => {
      const { differences } = await runProbes(session, proposed)
      expect(differences.length).toBeGreaterThan(5)
      expect(differences).toContainEqual({ object: 'probe “dishes: not empty”', expected: '> 0', found: '0' })
    })
  })
})

describe('the stretch that a probe looks back', () => {
  test('reaches over the closing days of the table', async () => {
    await makeDatabase(
      'weekly',
      `CREATE TABLE takings (created_at timestamptz NOT NULL DEFAULT now(), total numeric(10,2));
       INSERT INTO takings SELECT timestamptz '2026-03-01 20:00Z' + day * interval '1 day', 10
       FROM generate_series(0, 40) AS day WHERE day % 7 <> 1 AND day % 7 <> 2`,
    )
    const [rows, sum] = await proposedFor('weekly')
    expect(rows).toEqual({
      database: 'weekly',
      name: 'takings: rows of the last 3 days',
      sql: `SELECT count(*) FROM public.takings WHERE "created_at" > (SELECT max("created_at") FROM public.takings) - interval '3 days'`,
      expect: { op: '>', value: '0' },
    })
    expect(sum?.name).toBe('takings: sum of total of the last 3 days')
  })

  test('is a day where there is one day only, and nothing is asked of rows at the end of time', async () => {
    await makeDatabase(
      'odd_times',
      `CREATE TABLE once (paid_on date, amount money); INSERT INTO once VALUES ('2026-03-01', 5);
       CREATE TABLE endless (created_at timestamp); INSERT INTO endless VALUES ('infinity'), ('2026-03-01')`,
    )
    expect((await proposedFor('odd_times')).map(({ name }) => name)).toEqual([
      'once: rows of the last day',
      'once: sum of amount of the last day',
    ])
  })
})

test('names are quoted, whatever is in them', async () => {
  await makeDatabase(
    'odd_names',
    `CREATE SCHEMA "Frau ""O'Hara""";
     SET search_path = "Frau ""O'Hara""";
     CREATE TABLE "select" ("Id;--" integer, "key" text, PRIMARY KEY ("Id;--", "key"));
     CREATE TABLE "Größe'n" ("created ""At" timestamptz DEFAULT now(), "total €" numeric(8,2), "of;" integer, "K" text,
       FOREIGN KEY ("of;", "K") REFERENCES "select");
     INSERT INTO "select" VALUES (1, 'a'); INSERT INTO "Größe'n" VALUES (now(), 5, 1, 'a')`,
  )
  const proposed = await proposedFor('odd_names')
  expect(proposed.map(({ name }) => name)).toEqual([
    `Frau "O'Hara".Größe'n: rows of the last day`,
    `Frau "O'Hara".Größe'n: sum of total € of the last day`,
    `Frau "O'Hara".select: not empty`,
    `Frau "O'Hara".Größe'n: select of every of;, K`,
  ])
})

test('nothing is proposed for a database that tells nothing', async () => {
  await makeDatabase('silent', 'CREATE TABLE notes (text text); CREATE TABLE empty (created_at timestamptz)')
  expect(await proposedFor('silent')).toEqual([])
})
