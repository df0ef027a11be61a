import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { objections } from '../../../electron/engine/postgres/inspect-rules.ts'
import { inspectDatabase, inspectServer } from '../../../electron/engine/postgres/inspect.ts'
import {
  embeddedPostgres18BinDir,
  startPostgres,
  type PrivatePostgres,
} from '../../support/postgres-server.ts'
import { sessionOf } from './login.ts'

const setUp = `
  CREATE ROLE owner LOGIN PASSWORD 'owner'; CREATE ROLE clerk LOGIN PASSWORD 'clerk';
  CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT pg_read_all_data TO reader; CREATE ROLE granted;
  CREATE DATABASE shop OWNER owner; CREATE DATABASE closed ALLOW_CONNECTIONS false;
  CREATE DATABASE private; REVOKE CONNECT ON DATABASE private FROM public`
const tables = `
  CREATE TABLE orders (id serial PRIMARY KEY); ALTER TABLE orders OWNER TO owner;
  GRANT SELECT ON orders TO granted; GRANT SELECT ON orders TO clerk;
  CREATE TABLE "Staff's ""pay""" (id int); ALTER TABLE "Staff's ""pay""" ENABLE ROW LEVEL SECURITY;
  CREATE SCHEMA hidden; CREATE TABLE hidden.notes (id int); GRANT SELECT ON hidden.notes TO clerk;
  CREATE EXTENSION citext; CREATE FOREIGN DATA WRAPPER away; CREATE SERVER away FOREIGN DATA WRAPPER away;
  CREATE FOREIGN TABLE elsewhere (id int) SERVER away;
  SELECT lo_from_bytea(4711, 'x'), lo_from_bytea(4712, 'x'); GRANT SELECT ON LARGE OBJECT 4712 TO clerk`

describe.each([
  ['15', undefined],
  ['18', embeddedPostgres18BinDir],
])('a server of version %s', (major, binDir) => {
  let postgres: PrivatePostgres
  beforeAll(async () => {
    postgres = await startPostgres(binDir ? { binDir: await binDir() } : {})
    await postgres.psql('postgres', setUp)
    await postgres.psql('shop', tables)
  })
  afterAll(async () => postgres[Symbol.asyncDispose]())

  test('tells its superuser everything', async () => {
    await using session = await sessionOf(postgres, 'postgres')
    const facts = await inspectServer(session)
    expect(facts).toMatchObject({ superuser: true, rolePasswords: true })
    expect(facts.version).toMatch(new RegExp(`^${major}\\.`))
    expect(Math.floor(facts.versionNum / 10_000)).toBe(Number(major))
    expect(facts.systemIdentifier).toMatch(/^\d{15,}$/)
    expect(facts.databases.map(({ name, allowsConnections }) => [name, allowsConnections])).toEqual([
      ['closed', false],
      ['postgres', true],
      ['private', true],
      ['shop', true],
    ])
  })

  test('tells an ordinary role what it may know, and no more', async () => {
    await using session = await sessionOf(postgres, 'postgres', 'clerk')
    const facts = await inspectServer(session)
    expect(facts).toMatchObject({ superuser: false, rolePasswords: false })
    const sizes = new Map(facts.databases.map(({ name, bytes }) => [name, bytes]))
    expect(sizes.get('private')).toBeNull()
    expect(sizes.get('shop')).toBeGreaterThan(1_000_000)
  })

  test('may refuse its identifier, as managed servers do', async () => {
    await postgres.psql('postgres', 'REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public')
    await using session = await sessionOf(postgres, 'postgres', 'clerk')
    expect((await inspectServer(session)).systemIdentifier).toBeNull()
  })

  test('says what a database needs to be restored', async () => {
    await using session = await sessionOf(postgres, 'shop')
    const facts = await inspectDatabase(session)
    expect(facts).toMatchObject({
      name: 'shop',
      owner: 'owner',
      encoding: 'UTF8',
      collate: 'C.UTF-8',
      tableCount: 3,
    })
    expect(facts.roles).toEqual(['clerk', 'granted', 'owner', 'postgres'])
    expect(facts.extensions.map(({ name }) => name)).toEqual(['citext', 'plpgsql'])
    expect(objections(facts)).toEqual([])
  })

  test('shows before the dump all that an ordinary role could not read', async () => {
    await using session = await sessionOf(postgres, 'shop', 'clerk')
    const facts = await inspectDatabase(session)
    expect(facts.unreadable).toEqual(['hidden.notes', `public."Staff's ""pay"""`, 'public.orders_id_seq'])
    expect(facts).toMatchObject({ unreadableLargeObjects: 1, rlsTables: [`public."Staff's ""pay"""`] })
  })

  test('lets a role with pg_read_all_data read all but policies and large objects', async () => {
    await using session = await sessionOf(postgres, 'shop', 'reader')
    const facts = await inspectDatabase(session)
    expect(facts).toMatchObject({ unreadable: [], unreadableLargeObjects: 2 })
    expect(objections(facts).map(({ code }) => code)).toEqual(['DB_PERMISSION', 'DB_RLS'])
  })

  test('meets no objection any more once an administrator typed what the objections say', async () => {
    const facts = async () => {
      await using session = await sessionOf(postgres, 'shop', 'reader')
      return await inspectDatabase(session)
    }
    for (const { next } of objections(await facts())) {
      await postgres.psql('shop', next.replace(/^[^:]*: /, ''))
    }
    expect(objections(await facts())).toEqual([])
  })

  test('calls a database without tables empty, whatever its extensions bring along', async () => {
    await postgres.psql('postgres', 'CREATE DATABASE bare')
    await postgres.psql('bare', 'CREATE EXTENSION citext; CREATE VIEW nothing AS SELECT 1')
    await using session = await sessionOf(postgres, 'bare')
    const codes = objections(await inspectDatabase(session)).map(({ code }) => code)
    expect(codes).toEqual(['SUSPICIOUS_EMPTY'])
  })
})
