import { join } from 'node:path'

import { execa } from 'execa'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import {
  buildSampleRestaurant,
  createBackupRole,
  sampleOwner,
} from '../../scripts/sample-restaurant/build.ts'
import { embeddedPostgres18BinDir, type PrivatePostgres, startPostgres } from '../support/postgres-server.ts'
import { tempFolder } from '../support/temp-folder.ts'

const scale = 0.02
const upTo = new Date('2026-03-14T20:30:00Z')
const patienceMs = 60_000

// One line per relation with its exact number of rows, then the sequences, then the large objects.
const contents = `
  SELECT format('%s.%s', nspname, relname), relkind, (xpath('//c/text()',
    query_to_xml(format('SELECT count(*) AS c FROM %I.%I', nspname, relname), false, true, '')))[1]
  FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'p', 'm', 'v') AND nspname IN ('public', 'office') ORDER BY 1;
  SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2;
  SELECT oid, md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY 1;
  SELECT extname FROM pg_extension ORDER BY 1`

const rowHashes = `
  SELECT md5(string_agg(o::text, E'\\n' ORDER BY order_id)) FROM orders o;
  SELECT md5(string_agg(l::text, E'\\n' ORDER BY line_id)) FROM order_lines l;
  SELECT md5(string_agg(r::text, E'\\n' ORDER BY receipt_number)) FROM receipts r;
  SELECT md5(string_agg(c::text, E'\\n' ORDER BY customer_id)) FROM customers c;
  SELECT md5(string_agg(e::text, E'\\n' ORDER BY entry_id)) FROM office.audit_log e`

describe('the sample restaurant', { timeout: patienceMs }, () => {
  let server: PrivatePostgres

  beforeAll(async () => {
    server = await startPostgres()
    await buildSampleRestaurant(server, { scale, upTo })
  }, patienceMs)

  afterAll(() => server[Symbol.asyncDispose](), patienceMs)

  it('has at least 300,000 order lines in proportion to its scale, and a dozen tables', async () => {
    expect(Number(await server.psql('trattoria', 'SELECT count(*) FROM order_lines'))).toBeGreaterThan(
      300_000 * scale,
    )
    const tables = `SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
      AND relnamespace IN ('public'::regnamespace, 'office'::regnamespace)`
    expect(Number(await server.psql('trattoria', tables))).toBeGreaterThanOrEqual(12)
  })

  it('keeps its books: lines add up to orders, payments to paid orders, movements to stock', async () => {
    const mistakes = `
      SELECT count(*) FROM orders o
        WHERE total <> (SELECT sum(amount) FROM order_lines l WHERE l.order_id = o.order_id);
      SELECT count(*) FROM orders o WHERE status = 'paid'
        AND total IS DISTINCT FROM (SELECT sum(amount) FROM payments p WHERE p.order_id = o.order_id);
      SELECT count(*) FROM office.ingredients i WHERE on_hand IS DISTINCT FROM
        (SELECT sum(quantity) FROM office.stock_movements m WHERE m.ingredient_id = i.ingredient_id)`
    expect(await server.psql('trattoria', mistakes)).toBe('0\n0\n0')
  })

  it('ends just before the moment it was asked for', async () => {
    const newest = new Date(
      await server.psql('trattoria', `SELECT max(opened_at) AT TIME ZONE 'UTC' || 'Z' FROM orders`),
    )
    expect(newest.getTime()).toBeLessThanOrEqual(upTo.getTime())
    expect(upTo.getTime() - newest.getTime()).toBeLessThan(24 * 3_600_000)
  })

  it('gives the same rows for the same moment, also on another release of PostgreSQL', async () => {
    await using other = await startPostgres({ binDir: await embeddedPostgres18BinDir() })
    await buildSampleRestaurant(other, { database: 'same', scale, upTo })
    const dayLater = new Date(upTo.getTime() + 24 * 3_600_000)
    await buildSampleRestaurant(other, { database: 'later', scale, upTo: dayLater })
    const expected = await server.psql('trattoria', rowHashes)
    expect(await other.psql('same', rowHashes)).toBe(expected)
    expect(await other.psql('later', rowHashes)).not.toBe(expected)
  })

  it('belongs to a login that is no superuser', async () => {
    const url = new URL(server.url('trattoria'))
    url.username = sampleOwner.name
    url.password = encodeURIComponent(sampleOwner.password)
    const client = new Client({ connectionString: url.href })
    await client.connect()
    const { rows } =
      await client.query(`SELECT rolsuper, (SELECT array_agg(DISTINCT tableowner::text) FROM pg_tables
      WHERE schemaname IN ('public', 'office')) AS owners FROM pg_roles WHERE rolname = current_user`)
    await client.end()
    expect(rows).toEqual([{ rolsuper: false, owners: [sampleOwner.name] }])
  })

  it('keeps an order total right when the till adds a line, and logs a new price', async () => {
    const sale = `
      BEGIN;
      INSERT INTO orders (opened_on, opened_at, channel, waiter_id, guests)
        VALUES ('2026-03-14', '2026-03-14 21:40+01', 'takeaway', 5, 2);
      INSERT INTO order_lines (order_id, opened_on, dish_id, quantity, unit_price)
        SELECT max(order_id), '2026-03-14', 15, 2, 7.5 FROM orders;
      UPDATE dishes SET price = 8 WHERE dish_id = 15;
      SELECT total FROM orders ORDER BY order_id DESC LIMIT 1;
      SELECT detail ->> 'to' FROM office.audit_log ORDER BY entry_id DESC LIMIT 1;
      ROLLBACK`
    expect(await server.psql('trattoria', sale)).toBe('15.00\n8.00')
  })

  it('comes back whole from a dump that a role with read rights alone has taken', async () => {
    using folder = tempFolder()
    const archive = join(folder.path, 'trattoria.dump')
    await createBackupRole(server, 'backup "reader"', `it's secret`)
    const reader = { PGUSER: 'backup "reader"', PGPASSWORD: `it's secret`, PGPORT: String(server.port) }
    const dump = await execa(
      join(server.binDir, 'pg_dump'),
      ['--format=custom', `--file=${archive}`, '--host=127.0.0.1', 'trattoria'],
      { env: reader },
    )
    await server.psql('postgres', 'CREATE DATABASE restored TEMPLATE template0')
    const restore = await execa(join(server.binDir, 'pg_restore'), [
      `--dbname=${server.url('restored')}`,
      archive,
    ])
    expect([dump.stderr, restore.stderr]).toEqual(['', ''])
    expect(await server.psql('restored', contents)).toBe(await server.psql('trattoria', contents))
    const inRome = `SET timezone = 'Europe/Rome'; ${rowHashes}`
    expect(await server.psql('restored', inRome)).toBe(await server.psql('trattoria', inRome))
  })
})
