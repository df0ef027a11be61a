import { afterAll, describe, expect, test } from 'vitest'
import type { RestoreRequest } from '../../electron/engine/restore/restore-jobs.ts'
import { restoreLeftovers } from '../support/marked-till.ts'
import { startPostgres, type PrivatePostgres } from '../support/postgres-server.ts'
import { makeEmpty } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres({ settings: { wal_level: 'logical', max_locks_per_transaction: '4096' } })
afterAll(() => server[Symbol.asyncDispose]())
const inPlace: RestoreRequest = { into: null, roles: { kind: 'create' } }

/** Everything that makes a restore hard, in one restaurant. */
const unusual = `
CREATE ROLE waiter; CREATE ROLE "Küche";
CREATE EXTENSION btree_gist; CREATE EXTENSION citext; CREATE EXTENSION hstore SCHEMA public;
CREATE SCHEMA "Lager ÄÖ"; CREATE SCHEMA till AUTHORIZATION "Küche";
CREATE DOMAIN cents AS integer CHECK (VALUE >= 0);
CREATE TYPE money_pair AS (net cents, tax cents);
CREATE TYPE shift AS RANGE (subtype = timestamptz);
CREATE COLLATION german (provider = icu, locale = 'de-u-ks-level2', deterministic = false);
CREATE TABLE till.dishes (
  id integer GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5) PRIMARY KEY,
  "Name" text COLLATE german UNIQUE, net cents NOT NULL,
  gross integer GENERATED ALWAYS AS (net * 119 / 100) STORED, tags hstore, code citext, pair money_pair);
INSERT INTO till.dishes ("Name", net, tags, code, pair)
  SELECT 'Gericht ' || i, i * 10, hstore('no', i::text), 'Code' || i, ROW(i, i)::money_pair FROM generate_series(1, 300) AS i;
CREATE TABLE bookings (room integer, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&));
INSERT INTO bookings SELECT 1, tstzrange(timestamptz '2026-01-01' + i * interval '1 h', timestamptz '2026-01-01' + (i + 1) * interval '1 h')
  FROM generate_series(1, 50) AS i;
CREATE TABLE sales (id bigint, at date, cents cents, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE sales_2025 PARTITION OF sales FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY HASH (id);
CREATE TABLE sales_2025_a PARTITION OF sales_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE sales_2025_b PARTITION OF sales_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE sales_rest PARTITION OF sales DEFAULT;
INSERT INTO sales SELECT i, date '2025-06-01' + i, i FROM generate_series(1, 400) AS i;
CREATE TABLE husbands (id integer PRIMARY KEY, wife integer);
CREATE TABLE wives (id integer PRIMARY KEY, husband integer REFERENCES husbands (id) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO husbands VALUES (1, 1), (2, 2); INSERT INTO wives VALUES (1, 1), (2, 2);
ALTER TABLE husbands ADD FOREIGN KEY (wife) REFERENCES wives (id) DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE tree (id integer PRIMARY KEY, parent integer REFERENCES tree (id)); INSERT INTO tree VALUES (1, 1), (2, 1);
CREATE TABLE parent (a integer); CREATE TABLE child (b integer) INHERITS (parent);
INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3);
CREATE TABLE "Lager ÄÖ"."Bestand ""x"" \\ y" ("größe in %s" integer); INSERT INTO "Lager ÄÖ"."Bestand ""x"" \\ y" VALUES (1), (2);
CREATE UNLOGGED TABLE scratch (a integer); INSERT INTO scratch VALUES (1);
CREATE VIEW v1 AS SELECT id, gross FROM till.dishes; CREATE VIEW v2 AS SELECT sum(gross) AS all FROM v1;
CREATE MATERIALIZED VIEW m1 AS SELECT * FROM v2; CREATE MATERIALIZED VIEW m2 AS SELECT * FROM m1;
CREATE MATERIALIZED VIEW empty_yet AS SELECT * FROM m1 WITH NO DATA;
ALTER TABLE bookings ENABLE ROW LEVEL SECURITY; ALTER TABLE bookings FORCE ROW LEVEL SECURITY;
CREATE POLICY only_room_1 ON bookings FOR SELECT TO waiter USING (room = 1);
CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS
  $$ BEGIN IF current_setting('till.closed', true) = 'yes' THEN RAISE 'closed'; END IF; END $$;
CREATE EVENT TRIGGER watching ON ddl_command_start EXECUTE FUNCTION public.watch();
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'nobody may write'; END $$;
CREATE TRIGGER never BEFORE INSERT ON wives FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE wives ENABLE ALWAYS TRIGGER never;
CREATE RULE quiet AS ON DELETE TO tree DO INSTEAD NOTHING;
CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION dishes_only FOR TABLE till.dishes;
CREATE STATISTICS dish_statistics ON net, gross FROM till.dishes;
CREATE INDEX upper_names ON till.dishes (lower("Name")) WHERE net > 5;
CREATE SEQUENCE bills AS smallint CYCLE MAXVALUE 9; SELECT nextval('bills') FROM generate_series(1, 12);
CREATE SEQUENCE never_asked; CREATE SEQUENCE back INCREMENT -1; SELECT nextval('back');
COMMENT ON COLUMN till.dishes.net IS 'without tax; "quoted", and ''so''';
GRANT SELECT (net) ON till.dishes TO waiter; ALTER DEFAULT PRIVILEGES FOR ROLE "Küche" GRANT SELECT ON TABLES TO waiter;
ALTER TABLE till.dishes OWNER TO "Küche";
SELECT lo_from_bytea(i, decode(repeat('ab', i), 'hex')) FROM generate_series(70001, 70005) AS i;
COMMENT ON LARGE OBJECT 70001 IS 'scan'; GRANT SELECT ON LARGE OBJECT 70002 TO waiter;
CREATE AGGREGATE longest (text) (SFUNC = textcat, STYPE = text);
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
`

/** Every object with its definition, by name, and every row: what a look from outside can tell. */
async function portrait(of: PrivatePostgres, database: string): Promise<string> {
  const definitions = await of.psql(
    database,
    `SET search_path = '';
     SELECT 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
         attcollation::regcollation, attacl::text
       FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON oid = attrelid
       WHERE attnum > 0 AND NOT attisdropped AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
       ORDER BY 2, 3;
     SELECT 'relation', oid::regclass::text COLLATE "C", relkind, relpersistence, relrowsecurity, relforcerowsecurity,
         relispartition, relispopulated, relowner::regrole, relacl::text FROM pg_catalog.pg_class
       WHERE relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 2;
     SELECT 'constraint', conrelid::regclass, conname, pg_catalog.pg_get_constraintdef(oid), convalidated, condeferrable
       FROM pg_catalog.pg_constraint WHERE connamespace <> 'pg_catalog'::regnamespace AND connamespace <> 'information_schema'::regnamespace ORDER BY 2, 3;
     SELECT 'index', pg_catalog.pg_get_indexdef(indexrelid), indisvalid FROM pg_catalog.pg_index
       WHERE indexrelid >= 16384 AND indexrelid::regclass::text NOT LIKE 'pg_toast%' ORDER BY 2;
     SELECT 'trigger', pg_catalog.pg_get_triggerdef(oid), tgenabled FROM pg_catalog.pg_trigger WHERE NOT tgisinternal ORDER BY 2;
     SELECT 'policy', * FROM pg_catalog.pg_policies ORDER BY policyname;
     SELECT 'event trigger', evtname, evtevent, evtenabled FROM pg_catalog.pg_event_trigger ORDER BY 2;
     SELECT 'publication', pubname, puballtables FROM pg_catalog.pg_publication ORDER BY 2;
     SELECT 'extension', extname, extversion, extnamespace::regnamespace FROM pg_catalog.pg_extension ORDER BY 2;
     SELECT 'large object', oid, md5(pg_catalog.lo_get(oid)), lomacl::text FROM pg_catalog.pg_largeobject_metadata ORDER BY 2;
     SELECT 'sequence', schemaname, sequencename, start_value, increment_by, cycle FROM pg_catalog.pg_sequences ORDER BY 2, 3;
     SELECT 'default', pg_catalog.pg_get_userbyid(defaclrole), defaclobjtype, defaclacl FROM pg_catalog.pg_default_acl;
     SELECT 'view', schemaname, viewname, definition FROM pg_catalog.pg_views WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 2, 3`,
  )
  const tables = await of.psql(
    database,
    `SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'm') AND relpersistence = 'p' AND relispopulated
       AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY oid::regclass::text COLLATE "C"`,
  )
  const rows = tables
    .trim()
    .split('\n')
    .map(
      (table) =>
        `SELECT $$${table}$$, count(*), md5(string_agg(t::text, ',' ORDER BY t::text COLLATE "C")) FROM ONLY ${table} AS t`,
    )
  // By name: the order of the numbers that PostgreSQL gives is not that of before.
  return [...definitions.split('\n').toSorted(), await of.psql(database, rows.join(';'))].join('\n')
}

describe('a restore in place', () => {
  test('brings back everything unusual, and finds nothing wrong with it', async () => {
    const database = await makeEmpty(server, 'Ünüsüal "1"')
    await server.psql(database, unusual)
    const before = await portrait(server, database)
    await using site = await makeSite({ server, database })
    const backup = await site.engine.backUp(database)
    expect(await site.engine.prove(backup.id)).toMatchObject({ verdict: 'proven', differences: [] })
    await server.psql(
      database,
      'DROP EVENT TRIGGER watching; DROP SCHEMA till CASCADE; DROP TABLE sales; DROP PUBLICATION everything',
    )
    const result = await site.engine.restore(backup.id, inPlace)
    expect(result).toMatchObject({ verdict: 'restored', differences: [] })
    expect(await portrait(server, database)).toBe(before)
    expect(await restoreLeftovers(site)).toEqual([])
    await site.engine.undo(result.id)
    expect(await portrait(server, database)).not.toContain('till.dishes')
  })

  test('keeps a locale of ICU', async () => {
    await server.psql(
      'postgres',
      `CREATE DATABASE deutsch TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-AT' LOCALE 'C.UTF-8'`,
    )
    const database = 'deutsch'
    await server.psql(
      database,
      `
       CREATE TABLE words (w text); INSERT INTO words VALUES ('ä'), ('z'), ('a')`,
    )
    await using site = await makeSite({ server, database })
    const backup = await site.engine.backUp(database)
    await server.psql(database, 'DROP TABLE words')
    expect(await site.engine.restore(backup.id, inPlace)).toMatchObject({
      verdict: 'restored',
      differences: [],
    })
    expect(await server.psql(database, 'SELECT w FROM words ORDER BY w')).toBe('a\nä\nz')
    expect(
      await server.psql(
        'postgres',
        "SELECT datlocprovider, daticulocale FROM pg_database WHERE datname = 'deutsch'",
      ),
    ).toBe('i|de-AT')
  })

  test('brings back 2,000 tables', { timeout: 120_000 }, async () => {
    const database = await makeEmpty(server, 'many')
    await server.psql(
      database,
      `DO $$ BEGIN FOR i IN 1..2000 LOOP
         EXECUTE format('CREATE TABLE t_%s (id integer PRIMARY KEY, word text)', i);
         EXECUTE format('INSERT INTO t_%s VALUES (%s, ''row'')', i, i);
       END LOOP; END $$`,
    )
    await using site = await makeSite({ server, database, encrypt: false })
    const backup = await site.engine.backUp(database)
    await server.psql(database, 'DROP TABLE t_77')
    expect(await site.engine.restore(backup.id, inPlace)).toMatchObject({
      verdict: 'restored',
      differences: [],
    })
    expect(await server.psql(database, 'SELECT id FROM t_77')).toBe('77')
  })
})
