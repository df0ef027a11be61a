import { afterAll, describe, expect, test } from 'vitest'
import type { RestoreRequest } from '../../electron/engine/restore/restore-jobs.ts'
import { larder } from '../support/larder-command.ts'
import { restoreLeftovers } from '../support/marked-till.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeEmpty } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const inPlace: RestoreRequest = { into: null, roles: { kind: 'create' } }

/** A dump of it ends well, and restores only in part (research: exit code 0 of pg_dump is not enough). */
const unrestorable: readonly (readonly [what: string, sql: string, named: RegExp])[] = [
  [
    'an orphan of a foreign key',
    `CREATE TABLE tables (id integer PRIMARY KEY); CREATE TABLE guests (seat integer REFERENCES tables (id));
     SET session_replication_role = replica; INSERT INTO guests VALUES (7)`,
    /guests_seat_fkey/,
  ],
  [
    'a key that is there twice',
    `CREATE TABLE bills (id integer); CREATE UNIQUE INDEX bills_once ON bills (id);
     UPDATE pg_index SET indisunique = false WHERE indexrelid = 'bills_once'::regclass;
     INSERT INTO bills VALUES (1), (1);
     UPDATE pg_index SET indisunique = true WHERE indexrelid = 'bills_once'::regclass`,
    /bills_once/,
  ],
  [
    'a check that only holds with the search_path of the till',
    `CREATE TABLE codes (code text); INSERT INTO codes VALUES ('A');
     CREATE FUNCTION is_code(text) RETURNS boolean LANGUAGE plpgsql AS
       $$ BEGIN RETURN EXISTS (SELECT FROM codes WHERE code = $1); END $$;
     CREATE TABLE sales (code text CHECK (is_code(code))); INSERT INTO sales VALUES ('A'), ('A')`,
    /sales/,
  ],
]

const tillOf = (database: string): Promise<string> =>
  server.psql(database, 'SELECT mark, (SELECT count(*) FROM pg_class) FROM till')

describe('a good backup of data that do not restore', () => {
  test.each(unrestorable)('%s: is not restored, and told by name', async (what, sql, named) => {
    const database = await makeEmpty(server, what)
    await server.psql(database, "CREATE TABLE till (mark text); INSERT INTO till VALUES ('backed up')")
    await server.psql(database, sql)
    await server.psql('postgres', 'DROP ROLE IF EXISTS passing; CREATE ROLE passing')
    await server.psql(database, 'CREATE TABLE theirs (); ALTER TABLE theirs OWNER TO passing')
    await using site = await makeSite({ server, database })
    const backup = await site.engine.backUp(database)
    await server.psql(database, "UPDATE till SET mark = 'old'; DROP TABLE theirs")
    await server.psql('postgres', 'DROP ROLE passing')
    const before = await tillOf(database)

    const { verdict, differences, keptAs } = await site.engine.restore(backup.id, inPlace)
    expect({ verdict, keptAs }).toEqual({ verdict: 'not-restored', keptAs: null })
    expect(JSON.stringify(differences)).toMatch(named)
    expect(await tillOf(database)).toBe(before)
    // The role that was made for it is gone again.
    expect(await server.psql('postgres', "SELECT rolname FROM pg_roles WHERE rolname = 'passing'")).toBe('')
    expect(await restoreLeftovers(site)).toEqual([])
    const told = await larder(['restore', backup.id, '--replace', '--yes'], site)
    expect(told.exitCode).toBe(1)
    expect(told.out).toMatch(named)
  })
})

test('the stand-in of a mapped role goes with the restore that failed', async () => {
  const database = await makeEmpty(server, 'mapped')
  await server.psql('postgres', 'CREATE ROLE gone; CREATE ROLE stays')
  await server.psql(
    database,
    `CREATE TABLE theirs (); ALTER TABLE theirs OWNER TO gone; CREATE TABLE twice (id integer);
     CREATE UNIQUE INDEX once ON twice (id); UPDATE pg_index SET indisunique = false WHERE indexrelid = 'once'::regclass;
     INSERT INTO twice VALUES (1), (1); UPDATE pg_index SET indisunique = true WHERE indexrelid = 'once'::regclass`,
  )
  await using site = await makeSite({ server, database })
  const backup = await site.engine.backUp(database)
  await server.psql(database, 'DROP TABLE theirs')
  await server.psql('postgres', 'DROP ROLE gone')
  const request: RestoreRequest = { into: null, roles: { kind: 'map', to: { gone: 'stays' } } }
  expect(await site.engine.restore(backup.id, request)).toMatchObject({ verdict: 'not-restored' })
  expect(await server.psql('postgres', "SELECT rolname FROM pg_roles WHERE rolname = 'gone'")).toBe('')
  const nobody: RestoreRequest = { into: null, roles: { kind: 'map', to: { gone: 'nobody' } } }
  await expect(site.engine.restore(backup.id, nobody)).rejects.toMatchObject({
    code: 'RESTORE_BLOCKED',
    message: expect.stringContaining('gone'),
  })
})

test('an extension that the server lacks is named before anything is changed', async () => {
  const database = await makeEmpty(server, 'extended')
  // As if its package had been removed since: nothing of that name is to be installed here.
  await server.psql(
    database,
    `CREATE EXTENSION citext; CREATE TABLE names (name citext);
     UPDATE pg_extension SET extname = 'till_tools' WHERE extname = 'citext'`,
  )
  await using site = await makeSite({ server, database })
  const backup = await site.engine.backUp(database)
  await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({
    code: 'RESTORE_BLOCKED',
    message: expect.stringContaining('till_tools'),
  })
  expect(await restoreLeftovers(site)).toEqual([])
})
