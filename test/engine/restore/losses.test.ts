import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFingerprint } from '../../../electron/engine/postgres/fingerprint.ts'
import { readLosses } from '../../../electron/engine/restore/losses.ts'
import type { Fingerprint } from '../../../electron/shared/model.ts'
import { Losses } from '../../../electron/shared/restore-model.ts'
import { startPostgres, type PrivatePostgres } from '../../support/postgres-server.ts'
import { makeEmpty, makeTill } from '../../support/small-till.ts'
import { faultOf, sessionOf } from '../postgres/login.ts'

const hour = 3_600_000
/** When the backups of these tests were taken: yesterday, so that its day is over in every zone. */
const takenAt = Date.now() - 40 * hour
const after = (hours: number): string => new Date(takenAt + hours * hour).toISOString()

let postgres: PrivatePostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => postgres[Symbol.asyncDispose]())

const fingerprintOf = async (database: string): Promise<Fingerprint> => {
  await using session = await sessionOf(postgres, database)
  return await readFingerprint(session)
}

const lossesOf = async (
  database: string,
  fingerprint: Fingerprint,
  at = takenAt,
): Promise<Losses['tables']> => {
  await using session = await sessionOf(postgres, database)
  const losses = await readLosses(session, fingerprint, at)
  return Losses.parse(losses).tables
}

/** What a new database would lose to a backup of `before` once `meanwhile` has happened. */
async function lossesAfter(name: string, before: string, meanwhile: string): Promise<Losses['tables']> {
  await makeEmpty(postgres, name)
  await postgres.psql(name, before)
  const fingerprint = await fingerprintOf(name)
  await postgres.psql(name, meanwhile)
  return lossesOf(name, fingerprint)
}

describe('what a till would lose to a backup', () => {
  test('is nothing while nothing has happened', async () => {
    await makeTill(postgres)
    const fingerprint = await fingerprintOf('till')
    expect(await lossesOf('till', fingerprint)).toEqual([])
  })

  test('is told by table, the biggest loss first, with the money in it', async () => {
    const losses = await lossesAfter(
      'busy',
      `CREATE TABLE orders (id serial PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(),
         total numeric(10,2), tip_cents integer, paid money, tax_rate numeric(5,2), guests integer,
         price numeric, gross numeric GENERATED ALWAYS AS (total * 2) STORED);
       INSERT INTO orders (created_at, total) SELECT timestamptz '${after(-2)}', n FROM generate_series(1, 9) AS n;
       CREATE TABLE staff (name text); INSERT INTO staff VALUES ('Pina');
       CREATE TABLE menu (name text); INSERT INTO menu VALUES ('soup'), ('fish');
       CREATE TABLE gone (id int); INSERT INTO gone VALUES (1);
       CREATE VIEW big AS SELECT * FROM orders; CREATE MATERIALIZED VIEW sums AS SELECT count(*) FROM orders`,
      `DELETE FROM orders WHERE id <= 2;
       INSERT INTO orders (created_at, total, tip_cents, paid, price) VALUES
         ('${after(1)}', 12.50, 150, '3.25', 0.1), ('${after(5)}', 7.25, null, null, 'NaN'), ('${after(2)}', 'NaN', 1, '1', 0.2);
       INSERT INTO staff VALUES ('Lou'), ('Mo'); DELETE FROM menu WHERE name = 'soup'; DROP TABLE gone;
       CREATE TABLE tabs (opened_at timestamptz); INSERT INTO tabs VALUES (null), ('${after(3)}');
       REFRESH MATERIALIZED VIEW sums`,
    )
    const unknown = { schema: 'public', newerRows: null, newestAt: null, sums: [] }
    expect(losses).toEqual([
      {
        schema: 'public',
        name: 'orders',
        backupRows: 9,
        liveRows: 10,
        newerRows: 3,
        newestAt: after(5),
        sums: [
          { column: 'total', total: '19.75' },
          { column: 'tip_cents', total: '151' },
          { column: 'paid', total: '4.25' },
          { column: 'price', total: '0.30' },
          { column: 'gross', total: '39.50' },
        ],
      },
      { ...unknown, name: 'staff', backupRows: 1, liveRows: 3 },
      { ...unknown, name: 'tabs', backupRows: null, liveRows: 2, newerRows: 1, newestAt: after(3) },
      { ...unknown, name: 'gone', backupRows: 1, liveRows: null },
      { ...unknown, name: 'menu', backupRows: 2, liveRows: 1 },
    ])
  })

  test('is seen also where as many rows went as came', async () => {
    const losses = await lossesAfter(
      'steady',
      `CREATE TABLE seats (id int, created_at timestamptz); INSERT INTO seats VALUES (1, '${after(-9)}')`,
      `UPDATE seats SET created_at = '${after(1)}'`,
    )
    expect(losses).toMatchObject([{ name: 'seats', backupRows: 1, liveRows: 1, newerRows: 1 }])
  })

  test('does not believe in moments that cannot have been', async () => {
    const rows = ['infinity', '-infinity', '9999-12-31', '4713-01-01 BC', after(2)]
    const values = rows.map((row) => `('${row}')`).join(', ')
    const losses = await lossesAfter(
      'odd_times',
      'CREATE TABLE a (created_at timestamptz); CREATE TABLE b (created_at timestamp); CREATE TABLE c (created_at date)',
      `INSERT INTO a VALUES ${values}; INSERT INTO b VALUES ${values}; INSERT INTO c VALUES ${values}, (null);
       CREATE TABLE early (created_at timestamptz); INSERT INTO early VALUES (now() + interval '2 hours')`,
    )
    expect(losses.map(({ name, newerRows }) => [name, newerRows])).toEqual([
      ['c', expect.any(Number)],
      ['a', 1],
      ['b', 1],
      ['early', 1],
    ])
    for (const { newestAt } of losses)
      expect(Date.parse(newestAt ?? after(0))).toBeLessThanOrEqual(Date.now())
  })

  test('reads columns without a zone as the server writes them, or as the till’s tool does', async () => {
    const tables = `CREATE TABLE orders (created_at timestamp DEFAULT now());
      CREATE TABLE bills (created_at timestamp DEFAULT timezone('utc', now()))`
    // Phoenix is seven hours behind UTC all year: read in the wrong zone, every row would be older or newer.
    const rows = `INSERT INTO orders SELECT timestamptz '${after(0)}' AT TIME ZONE 'America/Phoenix' + each
        FROM unnest(ARRAY['-1 hour', '1 hour', '2 hours']::interval[]) AS each;
      INSERT INTO bills SELECT timestamptz '${after(0)}' AT TIME ZONE 'UTC' + each
        FROM unnest(ARRAY['-1 hour', '1 hour']::interval[]) AS each`
    await makeEmpty(postgres, 'far_west')
    await postgres.psql('far_west', `ALTER DATABASE far_west SET timezone = 'America/Phoenix'; ${tables}`)
    const fingerprint = await fingerprintOf('far_west')
    await postgres.psql('far_west', rows)
    const found = await lossesOf('far_west', fingerprint)
    expect(found).toMatchObject([
      { name: 'orders', newerRows: 2, newestAt: after(2) },
      { name: 'bills', newerRows: 1, newestAt: after(1) },
    ])
    await postgres.psql('far_west', `CREATE TABLE _prisma_migrations (id int)`)
    expect(await lossesOf('far_west', fingerprint)).toMatchObject([{ name: 'orders', newerRows: 0 }, {}, {}])
  })

  test('asks a date only when the day of the backup is over', async () => {
    await makeEmpty(postgres, 'by_day')
    await postgres.psql('by_day', 'CREATE TABLE takings (day date)')
    const fingerprint = await fingerprintOf('by_day')
    await postgres.psql('by_day', 'INSERT INTO takings VALUES (current_date), (current_date - 3)')
    expect(await lossesOf('by_day', fingerprint)).toMatchObject([{ liveRows: 2, newerRows: 1 }])
    expect(await lossesOf('by_day', fingerprint, Date.now())).toMatchObject([
      { liveRows: 2, newerRows: null },
    ])
  })

  test('tells a partitioned table once, whatever its partitions are', async () => {
    const losses = await lossesAfter(
      'parted',
      `CREATE TABLE sales (n int, created_at timestamptz, amount numeric(8,2)) PARTITION BY RANGE (n);
       CREATE TABLE sales_1 PARTITION OF sales FOR VALUES FROM (0) TO (10);
       CREATE TABLE sales_2 PARTITION OF sales FOR VALUES FROM (10) TO (20) PARTITION BY LIST (n);
       CREATE TABLE sales_2_rest PARTITION OF sales_2 DEFAULT;
       CREATE TABLE none (created_at timestamptz) PARTITION BY LIST (created_at)`,
      `INSERT INTO sales VALUES (1, '${after(1)}', 1), (12, '${after(2)}', 2.5);
       CREATE TABLE sales_3 PARTITION OF sales FOR VALUES FROM (20) TO (30);
       INSERT INTO sales VALUES (21, '${after(3)}', 3)`,
    )
    expect(losses).toEqual([
      {
        schema: 'public',
        name: 'sales',
        backupRows: 0,
        liveRows: 3,
        newerRows: 3,
        newestAt: after(3),
        sums: [{ column: 'amount', total: '6.50' }],
      },
    ])
  })

  test('is read from tables whatever they are called and made of', async () => {
    const losses = await lossesAfter(
      'odd_names',
      `CREATE SCHEMA "we""ird ;s"; CREATE DOMAIN instant AS timestamptz; CREATE DOMAIN cash AS numeric(9,3);
       CREATE DOMAIN net_cash AS cash;
       CREATE TABLE "we""ird ;s"."Käse 'x' 💥" ("Created ""At""" instant, "net Total'" net_cash);
       CREATE TABLE base (id int, created_at timestamptz); CREATE TABLE more () INHERITS (base);
       CREATE TABLE nothing ()`,
      `INSERT INTO "we""ird ;s"."Käse 'x' 💥" VALUES ('${after(1)}', 1.125), ('${after(1)}', 1);
       INSERT INTO more VALUES (1, '${after(1)}')`,
    )
    expect(losses).toMatchObject([
      { schema: 'we"ird ;s', newerRows: 2, sums: [{ column: "net Total'", total: '2.125' }] },
      { name: 'more', backupRows: 0, liveRows: 1, newerRows: 1 },
    ])
  })
})

describe('the look', () => {
  test('leaves nothing behind, and changes nothing', async () => {
    await makeEmpty(postgres, 'quiet')
    await postgres.psql('quiet', 'CREATE TABLE orders (id serial, created_at timestamptz)')
    const fingerprint = await fingerprintOf('quiet')
    await using session = await sessionOf(postgres, 'quiet')
    await readLosses(session, fingerprint, takenAt)
    // In a transaction that only reads this would fail.
    await session.run('CREATE TABLE public.another (id int)')
    expect(await fingerprintOf('quiet')).toMatchObject({ tables: [{ name: 'another' }, { name: 'orders' }] })
  })

  test('gives way to whoever works on the tables, and ends well enough to be asked again', async () => {
    await makeEmpty(postgres, 'locked')
    await postgres.psql('locked', 'CREATE TABLE orders (id int)')
    const fingerprint = await fingerprintOf('locked')
    await using till = await sessionOf(postgres, 'locked')
    await till.run('BEGIN; LOCK TABLE public.orders')
    await using session = await sessionOf(postgres, 'locked')
    const startedAt = Date.now()
    expect((await faultOf(readLosses(session, fingerprint, takenAt))).code).toBe('DB_LOCKED')
    expect(Date.now() - startedAt).toBeLessThan(9000)
    await till.run('COMMIT')
    expect((await readLosses(session, fingerprint, takenAt)).tables).toEqual([])
  })

  test('never counts only the rows that a policy shows: it refuses', async () => {
    await makeEmpty(postgres, 'policies')
    await postgres.psql(
      'policies',
      `CREATE TABLE orders (id int); ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
       CREATE ROLE half LOGIN PASSWORD 'half'; GRANT pg_read_all_data TO half`,
    )
    const fingerprint = await fingerprintOf('policies')
    await using session = await sessionOf(postgres, 'policies', 'half')
    expect((await faultOf(readLosses(session, fingerprint, takenAt))).code).toBe('DB_RLS')
    expect(await lossesOf('policies', fingerprint)).toEqual([])
  })

  test('names a table that it could not read to the end, although its rows are as many as before', async () => {
    await makeEmpty(postgres, 'slow')
    // A sum that is too big for PostgreSQL stands for an answer that takes too long.
    await postgres.psql('slow', 'CREATE TABLE orders (created_at timestamptz, total numeric)')
    await postgres.psql(
      'slow',
      `INSERT INTO orders SELECT '${after(1)}', repeat('9', 131072)::numeric FROM generate_series(1, 20)`,
    )
    const fingerprint = await fingerprintOf('slow')
    const [loss] = await lossesOf('slow', fingerprint)
    expect(loss).toMatchObject({ name: 'orders', backupRows: 20, liveRows: 20, newerRows: null })
  })
})
