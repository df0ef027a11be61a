import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFingerprint } from '../../../electron/engine/postgres/fingerprint.ts'
import { requireSuccess, startTool } from '../../../electron/engine/postgres/run-tool.ts'
import { exportSnapshot } from '../../../electron/engine/postgres/snapshot.ts'
import { connectionEnv, dumpArguments } from '../../../electron/engine/postgres/tool-arguments.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { Fingerprint } from '../../../electron/shared/model.ts'
import {
  embeddedPostgres18BinDir,
  startPostgres,
  type PrivatePostgres,
} from '../../support/postgres-server.ts'
import { faultOf, newestTools, sessionOf, wayTo } from './login.ts'

// One of everything, with names that bite.
const everything = String.raw`
  CREATE SCHEMA "we""ird ;s";
  CREATE TABLE orders (id serial PRIMARY KEY, note text UNIQUE CHECK (note <> ''), total numeric DEFAULT 0);
  INSERT INTO orders (note) SELECT n::text FROM generate_series(1, 10) AS n;
  CREATE TABLE special (extra int) INHERITS (orders);
  INSERT INTO special (note, extra) VALUES ('special', 1);
  CREATE TABLE sales (day int, till int DEFAULT 3) PARTITION BY RANGE (day);
  CREATE TABLE sales_1 PARTITION OF sales FOR VALUES FROM (0) TO (10);
  CREATE TABLE sales_2 PARTITION OF sales FOR VALUES FROM (10) TO (20) PARTITION BY LIST (till);
  CREATE TABLE sales_2_rest PARTITION OF sales_2 DEFAULT;
  INSERT INTO sales SELECT n FROM generate_series(0, 19) AS n;
  CREATE INDEX ON sales (till); ALTER TABLE sales ADD UNIQUE (day, till);
  CREATE TABLE refunds (day int, till int, FOREIGN KEY (day, till) REFERENCES sales (day, till));
  CREATE UNLOGGED TABLE cache (id int); INSERT INTO cache VALUES (1);
  CREATE TABLE "we""ird ;s"."Käse 'x' 💥
line" ("c d" int); INSERT INTO "we""ird ;s"."Käse 'x' 💥
line" VALUES (1), (2);
  CREATE TABLE nothing ();
  CREATE MATERIALIZED VIEW ready AS SELECT * FROM ONLY orders;
  CREATE MATERIALIZED VIEW unready AS SELECT * FROM ONLY orders WITH NO DATA;
  CREATE VIEW latest AS SELECT * FROM orders;
  CREATE SEQUENCE fresh START 7; CREATE SEQUENCE used MAXVALUE 9223372036854775807; SELECT setval('used', 9007199254740993);
  CREATE TYPE place AS (x int, y text); CREATE TYPE state AS ENUM ('open', 'paid');
  CREATE DOMAIN price AS numeric CHECK (VALUE >= 0); CREATE TYPE hours AS RANGE (subtype = int4);
  CREATE FUNCTION tax(amount int, kind text DEFAULT 'x') RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE PROCEDURE close_day() LANGUAGE sql AS 'SELECT 1';
  CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);
  CREATE TRIGGER quiet BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
  ALTER TABLE refunds ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON refunds USING (true);
  CREATE RULE keep AS ON DELETE TO refunds DO INSTEAD NOTHING;
  CREATE CAST (place AS text) WITH INOUT; CREATE STATISTICS pairs ON day, till FROM sales;
  CREATE COLLATION plain FROM "C"; CREATE PUBLICATION feed FOR TABLE orders; CREATE EXTENSION hstore;
  CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
  CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch();
  SELECT lo_from_bytea(0, 'x'), lo_from_bytea(0, 'y')`

let postgres: PrivatePostgres
beforeAll(async () => {
  postgres = await startPostgres()
  await postgres.psql('postgres', 'CREATE DATABASE source; CREATE DATABASE target')
  await postgres.psql('source', everything)
})
afterAll(async () => postgres[Symbol.asyncDispose]())

const fingerprintOf = async (database: string, server = postgres): Promise<Fingerprint> => {
  await using session = await sessionOf(server, database)
  const { release } = await exportSnapshot(session, Date.now)
  const fingerprint = await readFingerprint(session)
  await release()
  return fingerprint
}

const countsOf = ({ tables }: Fingerprint) =>
  Object.fromEntries(tables.map(({ schema, name, kind, rows }) => [`${schema}.${name}`, [kind, rows]]))

describe('a fingerprint', () => {
  test('counts the rows of every table as the dump holds them', async () => {
    const fingerprint = await fingerprintOf('source')
    expect(Fingerprint.safeParse(fingerprint).success).toBe(true)
    expect(countsOf(fingerprint)).toEqual({
      'public.cache': ['table', 1],
      'public.nothing': ['table', 0],
      'public.orders': ['table', 10],
      'public.ready': ['matview', 10],
      'public.refunds': ['table', 0],
      'public.sales': ['partitioned', 20],
      'public.sales_1': ['table', 10],
      'public.sales_2': ['partitioned', 10],
      'public.sales_2_rest': ['table', 10],
      'public.special': ['table', 1],
      'public.unready': ['matview', 0],
      "we\"ird ;s.Käse 'x' 💥\nline": ['table', 2],
    })
    expect(fingerprint.largeObjects).toBe(2)
  })

  test('keeps sequences exactly, also beyond what a JavaScript number can', async () => {
    const { sequences } = await fingerprintOf('source')
    expect(sequences.map(({ name, value, isCalled }) => [name, value, isCalled])).toEqual([
      ['fresh', '7', false],
      ['orders_id_seq', '11', true],
      ['used', '9007199254740993', true],
    ])
  })

  test('lists objects of every kind in PostgreSQL’s own words, sorted, without those of extensions', async () => {
    const { objects } = await fingerprintOf('source')
    expect(objects).toEqual(
      expect.arrayContaining([
        'aggregate public.total(integer)',
        'cast (public.place AS pg_catalog.text)',
        'default value for public.orders.id',
        'domain constraint price_check on public.price',
        'event trigger watcher',
        'extension hstore',
        'function public.tax(integer,pg_catalog.text)',
        'index public.sales_day_till_key',
        'materialized view public.ready',
        'policy own on public.refunds',
        'procedure public.close_day()',
        'publication feed',
        'rule keep on public.refunds',
        'schema "we""ird ;s"',
        'sequence public.fresh',
        'statistics object public.pairs',
        'table constraint orders_pkey on public.orders',
        'table public.sales_2_rest',
        'trigger quiet on public.orders',
        'type public.hours',
        'type public.state',
        'view public.latest',
      ]),
    )
    expect(objects.filter((object) => object.includes('hstore') || object.includes('pg_toast'))).toEqual([
      'extension hstore',
    ])
    expect(objects).toEqual(objects.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  })

  test('of a dump and restore is the same', async () => {
    const tools = await newestTools()
    await using session = await sessionOf(postgres, 'source')
    const { snapshot } = await exportSnapshot(session, Date.now)
    const before = await readFingerprint(session)
    const env = (database: string) => connectionEnv(wayTo(postgres), database, new Secret(postgres.password))
    const dump = startTool(tools.pgDump, dumpArguments({ snapshot, lockWaitMs: 500 }), { env: env('source') })
    const args = ['--exit-on-error', '--no-password', '--dbname=target']
    const restore = startTool(tools.pgRestore, args, { env: env('target'), stdin: 'pipe' })
    restore.stdout.resume()
    dump.stdout.pipe(restore.stdin ?? expect.fail())
    requireSuccess(await dump.ended)
    requireSuccess(await restore.ended)
    expect(await fingerprintOf('target')).toEqual(before)
  })

  test('is of the moment of the snapshot, whatever happens meanwhile', async () => {
    await using session = await sessionOf(postgres, 'source')
    await exportSnapshot(session, Date.now)
    await postgres.psql('source', `INSERT INTO cache VALUES (2); CREATE TABLE later (id int)`)
    const fingerprint = await readFingerprint(session)
    expect(countsOf(fingerprint)).toMatchObject({ 'public.cache': ['table', 1] })
    expect(countsOf(fingerprint)).not.toHaveProperty('public.later')
    await postgres.psql('source', 'DELETE FROM cache WHERE id = 2; DROP TABLE later')
  })

  test('leaves out temporary tables of other sessions', async () => {
    await using other = await sessionOf(postgres, 'source')
    await other.run('CREATE TEMPORARY TABLE basket (id serial PRIMARY KEY)')
    const { tables, objects } = await fingerprintOf('source')
    expect(JSON.stringify([tables, objects])).not.toMatch(/basket|pg_temp/)
  })

  test('never counts only the rows that a policy shows: it refuses', async () => {
    await postgres.psql('source', `CREATE ROLE half LOGIN PASSWORD 'half'; GRANT pg_read_all_data TO half`)
    await using session = await sessionOf(postgres, 'source', 'half')
    await exportSnapshot(session, Date.now)
    expect((await faultOf(readFingerprint(session))).code).toBe('DB_RLS')
  })

  test('counts of an extension’s own tables only the rows that are the user’s', async () => {
    await postgres.psql('postgres', 'CREATE DATABASE extended')
    await postgres.psql(
      'extended',
      `CREATE EXTENSION citext; CREATE TABLE rates (id int); INSERT INTO rates SELECT generate_series(1, 5);
       CREATE TABLE internal (id int); ALTER EXTENSION citext ADD TABLE rates; ALTER EXTENSION citext ADD TABLE internal;
       UPDATE pg_extension SET extconfig = ARRAY['rates'::regclass::oid], extcondition = ARRAY['WHERE id > 3']
       WHERE extname = 'citext'`,
    )
    expect(countsOf(await fingerprintOf('extended'))).toEqual({ 'public.rates': ['table', 2] })
  })

  test('of 2,000 tables takes seconds', async () => {
    await postgres.psql('postgres', 'CREATE DATABASE wide')
    await postgres.psql(
      'wide',
      `DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, n int)', i);
       IF i % 100 = 0 THEN COMMIT; END IF; END LOOP; END $$`,
    )
    const startedAt = Date.now()
    const { tables, sequences } = await fingerprintOf('wide')
    expect([tables.length, sequences.length]).toEqual([2000, 2000])
    expect(Date.now() - startedAt).toBeLessThan(10_000)
  })
})

test('a server of version 18 gives the same fingerprint', async () => {
  await using newer = await startPostgres({ binDir: await embeddedPostgres18BinDir() })
  await newer.psql('postgres', everything)
  expect(await fingerprintOf('postgres', newer)).toEqual(await fingerprintOf('source'))
})
