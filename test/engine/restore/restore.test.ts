import { afterAll, describe, expect, test, vi } from 'vitest'
import { Secret } from '../../../electron/engine/secret.ts'
import type { RestoreRequest } from '../../../electron/engine/restore/restore-jobs.ts'
import type { JobPhase } from '../../../electron/shared/model.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { inPlace, restoring } from '../../support/restoring.ts'
import { makeEmpty } from '../../support/small-till.ts'
import { makeSite } from '../../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const { rowsIn, leftovers, backedUpTill } = restoring(server)

describe('a restore into a new database', () => {
  test('touches nothing else, takes no backup first, and refuses a name that is taken', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    const into = `${database} again`
    const result = await engine.restore(backup.id, { ...inPlace, into })
    expect(result).toMatchObject({
      kind: 'into',
      verdict: 'restored',
      database: into,
      keptAs: null,
      downtimeMs: null,
    })
    expect(result.safetyBackupId).toBeNull()
    expect(await rowsIn(into, 'dishes')).toBe(60)
    await expect(engine.restore(backup.id, { ...inPlace, into })).rejects.toMatchObject({
      code: 'RESTORE_NAME_TAKEN',
    })
    await expect(engine.restore(backup.id, { ...inPlace, into: 'é'.repeat(40) })).rejects.toMatchObject({
      code: 'USAGE',
    })
    expect(await leftovers(site)).toEqual([])
  })

  test('works on another server, where it makes the roles that are missing', async () => {
    await using other = await startPostgres()
    await server.psql('postgres', "CREATE ROLE somelier LOGIN PASSWORD 'grape'")
    const { site, database, backup: plain, engine } = await backedUpTill()
    await using _ = site
    await server.psql(database, 'ALTER TABLE dishes OWNER TO somelier')
    const backup = await engine.backUp(database)
    expect(plain.id).not.toBe(backup.id)
    const place = {
      host: other.host,
      port: other.port,
      user: other.user,
      database: 'postgres',
      tls: 'prefer',
    } as const
    const login = { user: other.user, password: new Secret(other.password) }
    const request: RestoreRequest = { into: 'copy', roles: { kind: 'create' }, server: place, login }
    expect(await engine.lookAtRestore(backup.id, request)).toMatchObject({
      missingRoles: ['somelier'],
      problems: [],
    })
    expect(await engine.restore(backup.id, request)).toMatchObject({ verdict: 'restored' })
    expect(await other.psql('copy', "SELECT tableowner FROM pg_tables WHERE tablename = 'dishes'")).toContain(
      'somelier',
    )

    await other.psql('postgres', 'DROP DATABASE copy; DROP ROLE somelier; CREATE ROLE barkeeper')
    const mapped: RestoreRequest = { ...request, roles: { kind: 'map', to: { somelier: 'barkeeper' } } }
    expect(await engine.restore(backup.id, mapped)).toMatchObject({
      verdict: 'restored-with-differences',
      differences: [{ object: 'role “somelier”' }],
    })
    expect(await other.psql('copy', "SELECT tableowner FROM pg_tables WHERE tablename = 'dishes'")).toContain(
      'barkeeper',
    )

    const nobody: RestoreRequest = { ...request, into: 'third', roles: { kind: 'no-owner' } }
    expect(await engine.restore(backup.id, nobody)).toMatchObject({ verdict: 'restored-with-differences' })
    expect(
      await other.psql('postgres', "SELECT count(*) FROM pg_roles WHERE rolname = 'somelier'"),
    ).toContain('0')
  })
})

describe('a restore that cannot be', () => {
  test('says which rights are missing before anything is changed', async () => {
    const { site, backup, engine } = await backedUpTill()
    await using _ = site
    await server.psql('postgres', "CREATE ROLE weak LOGIN PASSWORD 'w'")
    const login = { user: 'weak', password: new Secret('w') }
    await expect(engine.restore(backup.id, { ...inPlace, login })).rejects.toMatchObject({
      code: 'RESTORE_RIGHTS',
      message: expect.stringContaining('CREATEDB'),
    })
    expect((await engine.lookAtRestore(backup.id, { ...inPlace, login })).problems).toHaveLength(1)
    expect(await leftovers(site)).toEqual([])
  })

  test('is refused while a backup or another restore of the same database runs', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    // What is asked first is not always what begins first.
    let hasBegun = false
    const running = engine.restore(backup.id, inPlace, { report: () => (hasBegun = true) })
    await vi.waitFor(() => expect(hasBegun).toBe(true), { interval: 5 })
    await expect(engine.restore(backup.id, inPlace)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
    await expect(engine.backUp(database)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
    expect(await running).toMatchObject({ verdict: 'restored' })
  })

  test('ends as not restored, with the till as it was, when the data of the backup do not restore', async () => {
    const database = await makeEmpty(server, 'orphans')
    await server.psql(
      database,
      `CREATE TABLE tables (id integer PRIMARY KEY); CREATE TABLE guests (seat integer REFERENCES tables (id));
       SET session_replication_role = replica; INSERT INTO guests VALUES (7)`,
    )
    await using site = await makeSite({ server, database })
    const backup = await site.engine.backUp(database)
    await server.psql(database, 'INSERT INTO tables VALUES (7)')
    const result = await site.engine.restore(backup.id, inPlace)
    expect(result.verdict).toBe('not-restored')
    expect(result.differences).toMatchObject([
      { object: expect.stringContaining('guests'), found: expect.stringContaining('guests_seat_fkey') },
    ])
    expect(await rowsIn(database, 'tables')).toBe(1)
    expect(await leftovers(site)).toEqual([])
    expect(site.engine.findRestore(result.id).state).toBe('failed')
  })

  test('leaves nothing behind when it is cancelled at any phase before the swap', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    for (const phase of ['inspect', 'check', 'restore', 'compare'] as const) {
      const stop = new AbortController()
      const report = (progress: { phase: JobPhase }): void => {
        if (progress.phase === phase) stop.abort()
      }
      await expect(engine.restore(backup.id, inPlace, { signal: stop.signal, report })).rejects.toThrow(
        /cancelled/,
      )
      expect(await leftovers(site)).toEqual([])
      expect(await rowsIn(database, 'dishes')).toBe(60)
    }
  })
})

describe('looking at a restore', () => {
  test('tells what the till would lose and who works there, and changes nothing', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    await server.psql(
      database,
      "INSERT INTO orders (placed_on) VALUES ('2026-01-01'); DROP TABLE dishes CASCADE",
    )
    const cost = await engine.lookAtRestore(backup.id, inPlace)
    expect(cost).toMatchObject({
      database,
      liveExists: true,
      problems: [],
      missingRoles: [],
      measuredMs: null,
    })
    const lost = new Map(cost.losses?.tables.map((one) => [one.name, one]))
    expect(lost.get('orders')).toMatchObject({ backupRows: 2000, liveRows: 2001 })
    expect(lost.get('dishes')).toMatchObject({ backupRows: 60, liveRows: null })
  })
})
