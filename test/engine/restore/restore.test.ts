import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../electron/engine/secret.ts'
import type { RestoreRequest } from '../../../electron/engine/restore/restore-jobs.ts'
import type { JobPhase } from '../../../electron/shared/model.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { makeEmpty, makeTill } from '../../support/small-till.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makeSite, type TestSite } from '../../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const inPlace: RestoreRequest = { into: null, roles: { kind: 'create' } }
const rowsIn = async (database: string, table: string): Promise<number> =>
  Number(await server.psql(database, `SELECT count(*) FROM ${table}`))
const databases = async (): Promise<string[]> =>
  (await server.psql('postgres', 'SELECT datname FROM pg_database ORDER BY 1')).trim().split('\n')

/** Nothing half-made may be left on the server or on disk. */
async function leftovers({ dataFolder }: TestSite): Promise<string[]> {
  const folder = join(dataFolder, 'restore')
  const opened = existsSync(folder) ? readdirSync(folder) : []
  return [...opened, ...(await databases()).filter((name) => name.includes('_larder_new_'))]
}

let tills = 0
/** A till of its own with one backup. */
async function backedUpTill(options: { readonly dataFolder?: string } = {}) {
  const database = await makeTill(server, `Kasse ${++tills} "öäü"`)
  const site = await makeSite({ server, database, ...options })
  const backup = await site.engine.backUp(database)
  return { site, database, backup, engine: site.engine }
}

describe('a restore in the place of the till', () => {
  test('brings back what was backed up, keeps what was there, and can be undone and redone', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    await server.psql(
      database,
      "DROP TABLE dishes CASCADE; INSERT INTO orders (placed_on) VALUES ('2026-01-01')",
    )
    const phases = new Set<JobPhase>()
    const result = await engine.restore(backup.id, inPlace, { report: ({ phase }) => phases.add(phase) })

    expect(result).toMatchObject({
      kind: 'replace',
      verdict: 'restored',
      database,
      differences: [],
      notes: [],
    })
    expect(await rowsIn(database, 'dishes')).toBe(60)
    expect(await rowsIn(database, 'orders')).toBe(2000)
    expect([...phases]).toEqual(['inspect', 'check', 'restore', 'compare', 'swap'])
    expect(result.downtimeMs).toBeLessThan(1000)
    expect(engine.find(result.safetyBackupId ?? '')).toMatchObject({ database, state: 'intact' })
    expect(await leftovers(site)).toEqual([])

    const undone = await engine.undo(result.id)
    expect(undone).toMatchObject({ kind: 'undo', verdict: 'restored', database })
    expect(undone.durationMs).toBeLessThan(2000)
    expect(await rowsIn(database, 'orders')).toBe(2001)
    expect(engine.findRestore(result.id).state).toBe('undone')
    await expect(engine.undo(result.id)).rejects.toMatchObject({ code: 'RESTORE_NOT_KEPT' })

    await engine.undo(undone.id)
    expect(await rowsIn(database, 'dishes')).toBe(60)
  })

  test('lets nobody write to what is kept, and release drops it', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    const { id, keptAs } = await engine.restore(backup.id, inPlace)
    const kept = keptAs ?? ''
    await expect(server.psql(kept, 'SELECT 1')).rejects.toThrow(/not currently accepting connections/)
    await engine.release(id)
    expect(await databases()).not.toContain(kept)
    expect(await databases()).toContain(database)
    await expect(engine.undo(id)).rejects.toMatchObject({ code: 'RESTORE_NOT_KEPT' })
    await expect(engine.release('never')).rejects.toMatchObject({ code: 'RESTORE_UNKNOWN' })
  })

  test('gives it the owner, rights, settings, comment and limit that the till has', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    const name = `"${database.replaceAll('"', '""')}"`
    await server.psql(
      'postgres',
      `CREATE ROLE "Chef de cuisine"; CREATE ROLE waiter;
       ALTER DATABASE ${name} OWNER TO "Chef de cuisine"; REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
       GRANT CONNECT ON DATABASE ${name} TO waiter WITH GRANT OPTION;
       ALTER DATABASE ${name} SET search_path TO "$user", public, 'odd, "name"';
       ALTER DATABASE ${name} SET till.branch TO 'it''s 5';
       ALTER ROLE waiter IN DATABASE ${name} SET statement_timeout TO '5s';
       COMMENT ON DATABASE ${name} IS 'the till''s own'; ALTER DATABASE ${name} CONNECTION LIMIT 42`,
    )
    const properties = () =>
      server.psql(
        'postgres',
        `SELECT pg_get_userbyid(datdba), datacl, datconnlimit, encoding, datcollate, datctype, datlocprovider,
           shobj_description(d.oid, 'pg_database'), datallowconn,
           (SELECT array_agg(row(setrole, setconfig) ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid)
         FROM pg_database AS d WHERE datname = '${database}'`,
      )
    const before = await properties()
    expect(before).toContain('odd')
    await engine.restore(backup.id, inPlace)
    expect(await properties()).toBe(before)
  })

  test('puts its tables back on the disks where they were', async () => {
    using disk = tempFolder()
    if (process.getuid?.() === 0) execFileSync('chown', ['postgres', disk.path])
    await server.psql('postgres', `CREATE TABLESPACE slow_disk LOCATION '${disk.path}'`)
    await server.psql(
      await makeEmpty(server, 'two disks'),
      'CREATE TABLE fast (id integer); CREATE TABLE slow (id integer PRIMARY KEY) TABLESPACE slow_disk',
    )
    await using site = await makeSite({ server, database: 'two disks' })
    const backup = await site.engine.backUp('two disks')
    const where = () => server.psql('two disks', "SELECT tablespace FROM pg_tables WHERE tablename = 'slow'")
    const { id } = await site.engine.restore(backup.id, inPlace)
    expect(await where()).toContain('slow_disk')
    await site.engine.release(id)
    await server.psql('postgres', 'DROP DATABASE "two disks"; DROP TABLESPACE slow_disk')
  })

  test('works when the till’s database is gone', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    await server.psql('postgres', `DROP DATABASE "${database.replaceAll('"', '""')}" WITH (FORCE)`)
    expect(await engine.lookAtRestore(backup.id, inPlace)).toMatchObject({
      liveExists: false,
      losses: null,
      problems: [],
    })
    const result = await engine.restore(backup.id, inPlace)
    expect(result).toMatchObject({
      verdict: 'restored',
      keptAs: null,
      safetyBackupId: null,
      downtimeMs: null,
    })
    expect(await rowsIn(database, 'dishes')).toBe(60)
  })

  test('runs the program after it with the connection in its environment, and tells how it went', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    const script =
      'const { PGDATABASE, PGPASSWORD, DATABASE_URL } = process.env; console.log(PGDATABASE, PGPASSWORD, DATABASE_URL)'
    const good = { argv: [process.execPath, '-e', script] }
    const result = await engine.restore(backup.id, { ...inPlace, after: good })
    expect(result).toMatchObject({ verdict: 'restored', after: { code: 0 } })
    expect(result.after?.output).toContain(database)
    expect(result.after?.output).toContain(encodeURIComponent(database))
    expect(JSON.stringify(result)).not.toContain(server.password)

    const bad = { argv: [process.execPath, '-e', 'process.exit(3)'] }
    const differing = await engine.restore(backup.id, { ...inPlace, after: bad })
    expect(differing).toMatchObject({ verdict: 'restored-with-differences', after: { code: 3 } })
    const missing = await engine.restore(backup.id, { ...inPlace, after: { argv: ['no-such-program'] } })
    expect(missing).toMatchObject({ verdict: 'restored-with-differences', after: { code: null } })
  })

  test('leaves a report that only its owner may read', async () => {
    const { site, database, backup, engine } = await backedUpTill()
    await using _ = site
    const { id, report } = await engine.restore(backup.id, inPlace)
    expect(statSync(report ?? '').mode & 0o777).toBe(0o600)
    const page = readFileSync(report ?? '', 'utf8')
    expect(page).toContain(`larder undo ${id}`)
    expect(page).toContain(database.replaceAll('"', '&quot;'))
    expect(page).not.toContain(server.password)
  })
})

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
    const running = engine.restore(backup.id, inPlace)
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

afterEach(() => expect(process.listenerCount('SIGTERM')).toBeLessThan(5))
