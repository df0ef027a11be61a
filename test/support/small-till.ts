import { escapeIdentifier } from 'pg'
import type { PrivatePostgres } from './postgres-server.ts'

/** A little of everything that a dump has to carry, small enough to be backed up in a blink. */
const content = `
CREATE TYPE course AS ENUM ('starter', 'main', 'dessert');
CREATE TABLE dishes (id serial PRIMARY KEY, name text NOT NULL UNIQUE, course course NOT NULL, cents integer NOT NULL);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, placed_on date NOT NULL, note jsonb) PARTITION BY RANGE (placed_on);
CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE orders_2026 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE "Receipts öäü" (id integer PRIMARY KEY, scan bytea NOT NULL);
CREATE SEQUENCE bill_number START 1000;
CREATE FUNCTION refuse_free_dishes() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN IF new.cents <= 0 THEN RAISE 'a dish has a price'; END IF; RETURN new; END $$;
CREATE TRIGGER priced BEFORE INSERT ON dishes FOR EACH ROW EXECUTE FUNCTION refuse_free_dishes();
INSERT INTO dishes (name, course, cents)
  SELECT 'dish ' || i, (enum_range(NULL::course))[1 + i % 3], 500 + i FROM generate_series(1, 60) AS i;
INSERT INTO orders (placed_on, note)
  SELECT date '2025-07-01' + i % 365, jsonb_build_object('table', i % 20, 'guest', md5(i::text))
  FROM generate_series(1, 2000) AS i;
INSERT INTO "Receipts öäü" SELECT i, sha512(i::text::bytea) FROM generate_series(1, 50) AS i;
SELECT nextval('bill_number') FROM generate_series(1, 7);
SELECT lo_from_bytea(0, sha512('menu'));
CREATE VIEW cheap AS SELECT name FROM dishes WHERE cents < 520;
CREATE MATERIALIZED VIEW takings AS SELECT placed_on, count(*) AS orders FROM orders GROUP BY placed_on;
`

/** Creates a database with a small till in it and returns its name, which may be as odd as PostgreSQL allows. */
export async function makeTill(server: PrivatePostgres, name = 'till'): Promise<string> {
  await makeEmpty(server, name)
  await server.psql(name, content)
  return name
}

export async function makeEmpty(server: PrivatePostgres, name: string): Promise<string> {
  await server.psql('postgres', `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`)
  return name
}

/**
 * Adds a table of `megabytes` that no compression makes smaller, so that a dump takes a while. It comes last in the
 * dump, so the other tables have been read by the time it flows.
 */
export async function addScans(server: PrivatePostgres, database: string, megabytes: number): Promise<void> {
  await server.psql(
    database,
    `CREATE TABLE zz_scans (id integer PRIMARY KEY, scan bytea NOT NULL);
     ALTER TABLE zz_scans ALTER scan SET STORAGE EXTERNAL;
     INSERT INTO zz_scans
       SELECT row, (SELECT string_agg(sha512((row * 1000 + part)::text::bytea), '') FROM generate_series(1, 512) AS part)
       FROM generate_series(1, ${megabytes * 32}) AS row`,
  )
}
