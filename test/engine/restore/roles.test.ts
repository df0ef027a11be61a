import { afterAll, expect, test } from 'vitest'
import * as z from 'zod'
import { missingRoleStatements } from '../../../electron/engine/restore/globals-rules.ts'
import { makeRoles } from '../../../electron/engine/restore/roles.ts'
import { askTool } from '../../../electron/engine/postgres/run-tool.ts'
import { connectionEnv, globalsArguments } from '../../../electron/engine/postgres/tool-arguments.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { type PrivatePostgres, startPostgres } from '../../support/postgres-server.ts'
import { sessionOf, newestTools, wayTo } from '../postgres/login.ts'

const [till, spare] = await Promise.all([startPostgres(), startPostgres()])
afterAll(() => Promise.all([till[Symbol.asyncDispose](), spare[Symbol.asyncDispose]()]))

async function globalsOf(server: PrivatePostgres): Promise<string> {
  const { pgDumpall } = await newestTools()
  const env = connectionEnv(wayTo(server), 'postgres', new Secret(server.password))
  const { text, end } = await askTool(
    pgDumpall,
    globalsArguments({ database: 'postgres', rolePasswords: true }),
    { env: { ...env, PGCLIENTENCODING: 'UTF8' } },
  )
  expect(end).toMatchObject({ code: 0 })
  return text
}

const Row = z.record(z.string(), z.unknown())

/** Everything that the server keeps about roles, without the oids. */
async function rolesOf(server: PrivatePostgres, names: readonly string[]) {
  await using session = await sessionOf(server, 'postgres')
  const roles = await session.query(
    Row,
    `SELECT to_jsonb(a) - 'oid' AS attributes, shobj_description(oid, 'pg_authid') AS comment,
       (SELECT setconfig FROM pg_db_role_setting WHERE setrole = a.oid AND setdatabase = 0) AS settings
     FROM pg_authid AS a WHERE rolname = ANY ($1) ORDER BY rolname`,
    [names],
  )
  const members = await session.query(
    Row,
    `SELECT roleid::regrole::text AS role, member::regrole::text AS member, admin_option FROM pg_auth_members
     WHERE pg_get_userbyid(roleid) = ANY ($1) OR pg_get_userbyid(member) = ANY ($1) ORDER BY 1, 2`,
    [names],
  )
  return { roles, members }
}

const missing = ['Frau "O\'Hara"', 'Köche', 'till; DROP ROLE anna', 'Chef']

test('roles come to another server as they were, and those that are there stay as they are', async () => {
  await till.psql(
    'postgres',
    String.raw`CREATE ROLE anna LOGIN PASSWORD 'from the till' SUPERUSER;
     CREATE ROLE "Köche" NOINHERIT CREATEROLE;
     CREATE ROLE "Frau ""O'Hara""" LOGIN PASSWORD 'geheim''s' CONNECTION LIMIT 7 VALID UNTIL '2031-05-04 03:02:01+00';
     CREATE ROLE "till; DROP ROLE anna" LOGIN REPLICATION BYPASSRLS CREATEDB VALID UNTIL 'infinity';
     CREATE ROLE "Chef" SUPERUSER;
     COMMENT ON ROLE "Chef" IS E'line one\n\\restrict x\nline ''two''; -- C:\\till';
     GRANT "Köche" TO "Frau ""O'Hara""" WITH ADMIN OPTION;
     GRANT "Köche" TO anna; GRANT anna TO "Chef"; GRANT pg_read_all_data TO "Köche";
     ALTER ROLE "Chef" SET search_path = "$user", 'Speise "Karte"', public;
     ALTER ROLE "Chef" SET "till.path" = E'C:\\till''s';
     CREATE DATABASE till; ALTER ROLE "Chef" IN DATABASE till SET work_mem = '8MB'`,
  )
  await spare.psql('postgres', "CREATE ROLE anna LOGIN PASSWORD 'of this server' CONNECTION LIMIT 1")
  const before = await rolesOf(spare, ['anna', 'postgres'])

  await using session = await sessionOf(spare, 'postgres')
  for (const statement of missingRoleStatements(await globalsOf(till), missing)) await session.run(statement)

  expect(await rolesOf(spare, missing)).toEqual(await rolesOf(till, missing))
  expect((await rolesOf(spare, ['anna', 'postgres'])).roles).toEqual(before.roles)
})

test('a role comes without the group that this server does not have either', async () => {
  await till.psql(
    'postgres',
    'CREATE ROLE staff; CREATE ROLE waiter; GRANT staff TO waiter; GRANT pg_monitor TO waiter',
  )
  await using session = await sessionOf(spare, 'postgres')
  const globals = await globalsOf(till)
  await makeRoles(session, { choice: { kind: 'create' }, missing: ['waiter'], globals, jobId: 'job' })
  const { members } = await rolesOf(spare, ['waiter', 'staff'])
  expect(members).toEqual([{ role: 'pg_monitor', member: 'waiter', admin_option: false }])
})
