import { setTimeout as pause } from 'node:timers/promises'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { expectFault, expectWhole } from '../support/after-fault.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { runningTools } from '../support/processes.ts'
import { addScans, makeTill } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'
import { makeWire } from '../support/wire.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const megabyte = 1024 * 1024

/** A login that may read everything, and is no superuser. */
async function makeReader(name: string): Promise<{ user: string; password: string }> {
  const password = `canary-${name}-${server.password}`
  await server.psql(
    'postgres',
    `CREATE ROLE ${escapeIdentifier(name)} LOGIN PASSWORD ${escapeLiteral(password)} IN ROLE pg_read_all_data`,
  )
  return { user: name, password }
}

async function login(database: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: server.url(database) })
  client.on('error', () => undefined)
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

describe('a till whose database cannot be dumped whole', () => {
  test('because it is empty', async () => {
    const database = await makeTill(server, 'once full')
    await using site = await makeSite({ server, database })
    await site.engine.backUp(database)
    await server.psql(database, 'DROP SCHEMA public CASCADE')
    await expectFault(site, 'SUSPICIOUS_EMPTY', () => site.engine.backUp(database))
  })

  test('because a policy hides rows from the backup user', async () => {
    const database = await makeTill(server, 'hidden rows')
    const reader = await makeReader('rls_reader')
    await server.psql(
      database,
      `GRANT SELECT ON LARGE OBJECT ${await server.psql(database, 'SELECT oid FROM pg_largeobject_metadata')} TO rls_reader`,
    )
    await using site = await makeSite({ server, database, login: reader })
    await site.engine.backUp(database)
    await server.psql(
      database,
      `ALTER TABLE dishes ENABLE ROW LEVEL SECURITY; CREATE POLICY mains ON dishes USING (course = 'main')`,
    )
    const fault = await expectFault(site, 'DB_RLS', () => site.engine.backUp(database))
    expect(fault.detail).toContain('public.dishes')
    expect(fault.detail).toContain('ALTER ROLE rls_reader BYPASSRLS')
  })

  test('because one table may not be read', async () => {
    const database = await makeTill(server, 'one secret table')
    await server.psql('postgres', `CREATE ROLE shy LOGIN PASSWORD 'canary-of-shy'`)
    await server.psql(
      database,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO shy; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO shy;
       SELECT lo_unlink(oid) FROM pg_largeobject_metadata`,
    )
    await using site = await makeSite({ server, database, login: { user: 'shy', password: 'canary-of-shy' } })
    await site.engine.backUp(database)
    await server.psql(database, 'REVOKE SELECT ON dishes FROM shy')
    const fault = await expectFault(site, 'DB_PERMISSION', () => site.engine.backUp(database))
    expect(fault.detail).toContain('public.dishes')
    expect(fault.detail).toContain('GRANT pg_read_all_data TO shy')
  })
})

describe('a till at work', () => {
  test('is not kept waiting by a backup that waits for a lock', async () => {
    const lockWaitMs = 1000
    const database = await makeTill(server, 'altered')
    await using site = await makeSite({ server, database, limits: { lockWaitMs } })
    await site.engine.backUp(database)
    await using maintenance = await login(database)
    await using upgrade = await login(database)
    await using till = await login(database)
    // Last by oid among the tables, so that pg_dump and the count hold all others when they come to it.
    await server.psql(database, 'CREATE TABLE zz_last (id integer)')
    await maintenance.query('BEGIN; ALTER TABLE zz_last ADD COLUMN added text')

    const backup = expectFault(site, 'DB_LOCKED', () => site.engine.backUp(database))
    while ((await server.psql(database, waitingForLock)) === '0') await pause(20)
    // The upgrade waits for the backup's locks, and the till waits behind the upgrade.
    const upgraded = upgrade.query('ALTER TABLE dishes ADD COLUMN vegan boolean')
    await pause(50)
    const askedAt = Date.now()
    await till.query(`INSERT INTO dishes (name, course, cents) VALUES ('soup', 'starter', 700)`)
    // A session that is only given up would hold its locks until the server misses us, 5 s or more.
    expect(Date.now() - askedAt).toBeLessThan(lockWaitMs + 2000)
    await upgraded
    await backup
    await maintenance.query('ROLLBACK')
    await site.engine.backUp(database)
    expect(expectWhole(site)).toHaveLength(2)
  })

  test('ends the dump when the session that counts the rows is lost', async () => {
    const database = await makeTill(server, 'uncounted')
    await using site = await makeSite({ server, database })
    await using maintenance = await login(database)
    await maintenance.query('BEGIN; LOCK TABLE dishes')
    await expectFault(site, 'DB_CONNECTION_LOST', async () => {
      const backup = site.engine.backUp(database)
      while ((await server.psql(database, waitingForLock)) !== '2') await pause(20)
      await server.psql(
        database,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE '%count(*) FROM ONLY%' AND wait_event_type = 'Lock'`,
      )
      await backup
    })
  })
})

const waitingForLock = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`

describe('a dump in mid-air', async () => {
  const database = await makeTill(server, 'large')
  await addScans(server, database, 12)

  test('ends when the server stops at once', async () => {
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, database, port: wire.port })
    await site.engine.backUp(database)
    wire.holdAfter(2 * megabyte)
    await expectFault(site, 'DB_CONNECTION_LOST', async () => {
      const backup = site.engine.backUp(database)
      await wire.held()
      await server.stop('immediate')
      wire.release()
      await backup
    })
    await server.start()
    await site.engine.backUp(database)
    expect(expectWhole(site)).toHaveLength(2)
  })

  test('ends when an administrator ends its session', async () => {
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, database, port: wire.port })
    wire.holdAfter(2 * megabyte)
    await expectFault(site, 'DB_CONNECTION_LOST', async () => {
      const backup = site.engine.backUp(database)
      await wire.held()
      await server.psql(database, `SELECT pg_terminate_backend(pid) ${copying}`)
      wire.release()
      await backup
    })
  })

  test('is stopped when the server freezes', async () => {
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, database, port: wire.port, limits: { stallMs: 800 } })
    wire.holdAfter(2 * megabyte)
    let frozen = 0
    await expectFault(site, 'DUMP_STALLED', async () => {
      const backup = site.engine.backUp(database)
      await wire.held()
      frozen = Number(await server.psql(database, `SELECT pid ${copying}`))
      process.kill(frozen, 'SIGSTOP')
      wire.release()
      await backup
    })
    process.kill(frozen, 'SIGCONT')
  })

  test('is stopped when it takes too long', async () => {
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, database, port: wire.port, limits: { totalMs: 1500 } })
    wire.holdAfter(2 * megabyte)
    await expectFault(site, 'DUMP_TIMEOUT', () => site.engine.backUp(database))
  })

  test('is not even waited for when the server falls silent before it', async () => {
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, database, port: wire.port, limits: { totalMs: 1000 } })
    wire.holdAfter(500)
    await expectFault(site, 'DUMP_TIMEOUT', () => site.engine.backUp(database))
  })

  test('is told apart when the computer kills pg_dump', async () => {
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, database, port: wire.port })
    wire.holdAfter(2 * megabyte)
    await expectFault(site, 'DUMP_KILLED', async () => {
      const backup = site.engine.backUp(database)
      await wire.held()
      for (const { pid } of runningTools(wire.port)) process.kill(pid, 'SIGKILL')
      await backup
    })
  })
})

const copying = `FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY %' AND state = 'active'`
