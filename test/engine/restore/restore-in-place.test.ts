import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import type { JobPhase } from '../../../electron/shared/model.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { inPlace, restoring } from '../../support/restoring.ts'
import { makeEmpty } from '../../support/small-till.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { makeSite } from '../../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const { rowsIn, databases, leftovers, backedUpTill } = restoring(server)

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
    expect([...phases]).toEqual(['inspect', 'check', 'restore', 'compare', 'swap', 'finish'])
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
