import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, describe, expect, test, vi } from 'vitest'
import type { RestoreRequest } from '../../electron/engine/restore/restore-jobs.ts'
import { FaultError } from '../../electron/shared/fault.ts'
import type { JobPhase } from '../../electron/shared/model.ts'
import { startRestore } from '../support/killable-restore.ts'
import { larder } from '../support/larder-command.ts'
import { makeMarkedTill, mark, markOf, restoreLeftovers } from '../support/marked-till.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'
import { startWriteLoad } from '../support/write-load.ts'

const server = await startPostgres({
  settings: {
    max_prepared_transactions: '5',
    autovacuum: 'on',
    autovacuum_naptime: '1s',
  },
})
afterAll(() => server[Symbol.asyncDispose]())
const inPlace: RestoreRequest = { into: null, roles: { kind: 'create' } }

async function openTill(database: string, login?: { user: string; password: string }): Promise<Client> {
  const url = new URL(server.url(database))
  if (login) Object.assign(url, { username: login.user, password: login.password })
  const client = new Client(url.href)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Which sales a database holds, though what is kept lets nobody in. */
async function salesIn(name: string): Promise<Set<number>> {
  await server.psql('postgres', `ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`)
  const rows = await server.psql(name, 'SELECT id FROM sales')
  return new Set(rows.trim().split('\n').filter(Boolean).map(Number))
}

async function busySite(name: string, login?: { user: string; password: string }) {
  const database = await makeMarkedTill(server, name)
  await server.psql(database, 'CREATE TABLE sales (id integer PRIMARY KEY)')
  if (login)
    await server.psql(
      database,
      `CREATE ROLE ${login.user} LOGIN CREATEDB PASSWORD '${login.password}';
       GRANT pg_signal_backend, pg_read_all_stats TO ${login.user}; ALTER DATABASE "${name}" OWNER TO ${login.user};
       ALTER TABLE first OWNER TO ${login.user}; ALTER TABLE second OWNER TO ${login.user};
       ALTER TABLE third OWNER TO ${login.user}; ALTER TABLE sales OWNER TO ${login.user}`,
    )
  const site = await makeSite({ server, database, ...(login ? { login } : {}) })
  const backup = await site.engine.backUp(database)
  await mark(server, database, 'old')
  return { site, database, backup }
}

describe('a till that sells during a restore and its undo', () => {
  test('is away for less than a second, and no sale is lost', { retry: 1, timeout: 60_000 }, async () => {
    const { site, database, backup } = await busySite(`busy ${Date.now()}`)
    await using _ = site
    const load = startWriteLoad(server, database)
    try {
      await vi.waitFor(() => expect(load.sold.length).toBeGreaterThan(50), 5000)
      const from = performance.now()
      let before = 0
      const report = ({ phase }: { phase: JobPhase }): void => {
        if (phase === 'swap' && before === 0) before = load.sold.length
      }
      const restored = await site.engine.restore(backup.id, inPlace, { report })
      expect(restored).toMatchObject({ verdict: 'restored' })
      await pause(300)
      const between = load.sold.length
      const undone = await site.engine.undo(restored.id)
      await pause(300)
      await load.stop()

      expect(load.longestGapMs(from)).toBeLessThan(1000)
      expect(restored.downtimeMs).toBeLessThan(1000)
      // The till is the one of before, with all that was sold until the swap, and goes on selling.
      const till = await salesIn(database)
      const kept = await salesIn(undone.keptAs ?? '')
      expect(load.sold.slice(0, before).filter((sale) => !till.has(sale))).toEqual([])
      expect(load.sold.filter((sale) => !till.has(sale) && !kept.has(sale))).toEqual([])
      expect([before > 50, between > before, till.has(load.sold.at(-1) ?? 0), kept.size > 0]).toEqual([
        true,
        true,
        true,
        true,
      ])
      expect(await markOf(server, database)).toBe('old')
      expect(await restoreLeftovers(site)).toEqual([])
    } finally {
      await load.stop()
    }
  })

  test('ends sessions that wait, listen and hold transactions, and keeps their work undone', async () => {
    const { site, database, backup } = await busySite('sessions')
    await using _ = site
    const [idle, listening, holding] = await Promise.all([1, 2, 3].map(async () => openTill(database)))
    await listening?.query('LISTEN orders')
    await holding?.query('BEGIN; INSERT INTO sales VALUES (1)')
    const look = await site.engine.lookAtRestore(backup.id, inPlace)
    expect(look.sessions.reduce((sum, one) => sum + one.sessions, 0)).toBe(3)
    const { keptAs } = await site.engine.restore(backup.id, inPlace)
    for (const client of [idle, listening, holding]) {
      await expect(client?.query('SELECT 1')).rejects.toThrow()
      await client?.end().catch(() => undefined)
    }
    expect(await salesIn(keptAs ?? '')).toEqual(new Set())
  })

  test('is refused while a prepared transaction holds the database, and told which', async () => {
    const { site, database, backup } = await busySite('prepared')
    await using _ = site
    await server.psql(database, "BEGIN; INSERT INTO sales VALUES (1); PREPARE TRANSACTION 'bill 1'")
    await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({
      code: 'RESTORE_BLOCKED',
      message: expect.stringContaining('prepared'),
    })
    await server.psql(database, "COMMIT PREPARED 'bill 1'")
    expect(await markOf(server, database)).toBe('old')
    expect(await site.engine.restore(backup.id, inPlace)).toMatchObject({ verdict: 'restored' })
  })

  test('is restored by its owner, who is no superuser, while autovacuum works in it', async () => {
    const login = { user: 'pina', password: 'pina-knows' }
    const { site, database, backup } = await busySite('owned', login)
    await using _ = site
    const seller = await openTill(database, login)
    await server.psql(
      database,
      `CREATE TABLE dirty AS SELECT i FROM generate_series(1, 60000) AS i; ALTER TABLE dirty OWNER TO pina;
       -- So that its cleaner is at it for minutes.
       ALTER TABLE dirty SET (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
       UPDATE dirty SET i = i + 1`,
    )
    const cleaning = "SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid = 'dirty'::regclass"
    await vi.waitFor(async () => expect(await server.psql(database, cleaning)).toBe('1'), {
      timeout: 30_000,
      interval: 50,
    })
    const restored = await site.engine.restore(backup.id, inPlace)
    expect(restored).toMatchObject({ verdict: 'restored', differences: [] })
    expect(restored.downtimeMs).toBeLessThan(1500)
    await expect(seller.query('SELECT 1')).rejects.toThrow()
    await seller.end().catch(() => undefined)
    expect(await site.engine.undo(restored.id)).toMatchObject({ verdict: 'restored' })
  })

  test('that is copied by CREATE DATABASE at that moment is whole in every end', async () => {
    const { site, database, backup } = await busySite('template')
    await using _ = site
    let copied: Promise<unknown> | undefined
    const report = ({ phase }: { phase: JobPhase }): void => {
      if (phase !== 'swap') return
      copied ??= server.psql('postgres', `CREATE DATABASE copied TEMPLATE "${database}"`).catch(() => null)
    }
    const end = await site.engine.restore(backup.id, inPlace, { report }).catch((error: unknown) => error)
    expect(await copied).not.toBeUndefined()
    if (end instanceof FaultError) expect(end.code).toBe('RESTORE_BUSY')
    expect(await markOf(server, database)).toBe(end instanceof FaultError ? 'old' : 'backed up')
    expect(await restoreLeftovers(site)).toEqual([])
  })
})

describe('two at once', () => {
  async function whileRestoring(site: TestSite, id: string, work: () => Promise<void>): Promise<void> {
    const other = startRestore(site, 'restore', id)
    await other.reached('restore')
    // Held still, so that it is at work for as long as we look.
    process.kill(other.pid, 'SIGSTOP')
    try {
      await work()
    } finally {
      process.kill(other.pid, 'SIGCONT')
    }
    expect((await other.ended).at(-1)).toMatchObject({ verdict: 'restored' })
  }

  test('a restore and anything else of the same database: the second is told, with exit code 11', async () => {
    const { site, database, backup } = await busySite('two')
    await using _ = site
    await whileRestoring(site, backup.id, async () => {
      await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
      await expect(site.engine.backUp(database)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
      const told = await larder(['restore', backup.id, '--replace', '--yes'], site)
      expect(told).toMatchObject({ exitCode: 11 })
      expect(await larder(['backup'], site)).toMatchObject({ exitCode: 11 })
    })
    expect(await markOf(server, database)).toBe('backed up')
    expect(await restoreLeftovers(site)).toEqual([])
  })

  test('a backup, and then a restore: the restore is told, with exit code 11', async () => {
    const { site, database, backup } = await busySite('backup first')
    await using _ = site
    const holder = await openTill(database)
    await holder.query('BEGIN; LOCK TABLE first')
    const backingUp = site.engine.backUp(database)
    await vi.waitFor(
      async () =>
        expect(await server.psql('postgres', 'SELECT count(*) FROM pg_locks WHERE NOT granted')).toMatch(
          /^[1-9]/,
        ),
      5000,
    )
    const told = await larder(['restore', backup.id, '--replace', '--yes'], site)
    expect(told.exitCode).toBe(11)
    await holder.end()
    await backingUp
    expect(await markOf(server, database)).toBe('old')
  })
})
