import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { manifest } from '../../../electron/engine/catalogue/backups.ts'
import { readFingerprint } from '../../../electron/engine/postgres/fingerprint.ts'
import { openSession } from '../../../electron/engine/postgres/session.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { addScans, makeTill } from '../../support/small-till.ts'
import { restoreByHand } from '../../support/stock-tools.ts'
import { makeSite } from '../../support/test-site.ts'
import { makeWire } from '../../support/wire.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await addScans(server, await makeTill(server), 3)
// An order and its lines are always written together, so a dump torn in two would show.
await server.psql(
  'till',
  `CREATE TABLE bills (id bigint PRIMARY KEY, lines integer NOT NULL);
   CREATE TABLE aa_lines (bill bigint NOT NULL, line integer NOT NULL);
   CREATE TABLE zzz_lines (bill bigint NOT NULL, line integer NOT NULL)`,
)

/** A till that rings up bills as fast as it can until told to stop; returns how many. */
function ringUp() {
  const closing = new AbortController()
  const bills = (async () => {
    const client = new Client({ connectionString: server.url('till') })
    await client.connect()
    let bill = 0
    while (!closing.signal.aborted) {
      bill += 1
      await client.query(
        `BEGIN;
         INSERT INTO bills VALUES (${bill}, 3);
         INSERT INTO aa_lines SELECT ${bill}, generate_series(1, 3);
         INSERT INTO zzz_lines SELECT ${bill}, generate_series(1, 3);
         UPDATE dishes SET cents = cents + 1 WHERE id = ${1 + (bill % 60)};
         DELETE FROM bills WHERE id = ${bill} AND ${bill} % 10 = 0;
         COMMIT`,
      )
    }
    await client.end()
    return bill
  })()
  return {
    close: () => {
      closing.abort()
      return bills
    },
  }
}

test('what the till writes during a backup is neither counted nor dumped, and nothing is torn in two', async () => {
  await using wire = await makeWire(server.port)
  await using site = await makeSite({ server, port: wire.port })
  const till = ringUp()
  await pause(200)
  wire.holdAfter(1024 * 1024)
  const before = Number(await server.psql('till', 'SELECT max(id) FROM bills'))
  const backup = site.engine.backUp('till')
  await wire.held()
  await server.psql(
    'till',
    `CREATE TABLE made_meanwhile (id integer); INSERT INTO dishes (name, course, cents) VALUES ('meanwhile', 'main', 1)`,
  )
  await pause(300)
  wire.release()
  const { id, file } = await backup
  const rungUp = await till.close()

  await restoreByHand(file, site.recoveryKey, server, 'restored')
  await using session = await openSession(
    { ...site.engine.site.settings.server, port: server.port },
    'restored',
    new Secret(server.password),
  )
  const restored = await readFingerprint(session)
  const counted = manifest(site.engine.site.catalogue, id)?.fingerprint
  // Sequences live outside of snapshots, in PostgreSQL and in its dumps.
  expect({ ...restored, sequences: [] }).toEqual({ ...counted, sequences: [] })
  const rows = (name: string): number => restored.tables.find((table) => table.name === name)?.rows ?? -1
  expect(restored.tables.map(({ name }) => name)).not.toContain('made_meanwhile')
  expect(rows('dishes')).toBe(60)
  expect(rows('aa_lines')).toBe(rows('zzz_lines'))
  const last = rows('aa_lines') / 3
  expect(rows('bills')).toBe(last - Math.floor(last / 10))
  expect(last).toBeGreaterThanOrEqual(before)
  // The load was a load: the till went on while the dump was held.
  expect(rungUp).toBeGreaterThan(last + 10)
})
