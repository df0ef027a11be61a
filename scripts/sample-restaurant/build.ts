import { readFile } from 'node:fs/promises'

import { Client, escapeIdentifier, escapeLiteral } from 'pg'

/** Where to build: `url` gives a superuser's connection string for a database of the server. */
type SampleServer = { readonly url: (database: string) => string }

type SampleOptions = {
  readonly database?: string
  /** 1 gives 107,000 orders with 376,000 lines; 0.15, 1.55 and 4.7 give a `pg_dump -Fc` of 5, 50 and 150 MB. */
  readonly scale?: number
  /** The moment of the newest orders. The same moment and scale give the same rows on every machine. */
  readonly upTo?: Date
}

/** The login that owns the sample and is no superuser. */
export const sampleOwner = { name: 'trattoria_owner', password: 'pomodoro & basilico' } as const
const waiterRole = 'trattoria_waiter'

const defaultUpTo = new Date('2026-03-14T20:30:00Z')

const parts = ['1-schema', '2-menu', '3-people', '4-trade', '5-office', '6-rules'] as const

/** Creates the database and fills it with two years of a trattoria, all of it or nothing. */
export async function buildSampleRestaurant(
  server: SampleServer,
  options: SampleOptions = {},
): Promise<void> {
  const { database = 'trattoria', scale = 1, upTo = defaultUpTo } = options
  await withClient(server.url('postgres'), async (client) => {
    await createRole(client, sampleOwner.name, `LOGIN PASSWORD ${escapeLiteral(sampleOwner.password)}`)
    await createRole(client, waiterRole, 'NOLOGIN')
    const name = escapeIdentifier(database)
    await client.query(`CREATE DATABASE ${name} OWNER ${sampleOwner.name} TEMPLATE template0`)
    await client.query(`ALTER DATABASE ${name} SET timezone = 'Europe/Rome'`)
    await client.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`)
    await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${waiterRole}`)
  })
  await withClient(server.url(database), async (client) => {
    await client.query(`SET ROLE ${sampleOwner.name}`)
    await client.query('BEGIN')
    await prepare(client, scale, upTo)
    for (const part of parts) {
      await client.query(await readFile(new URL(`${part}.sql`, import.meta.url), 'utf8'))
    }
    await client.query('COMMIT')
    // Otherwise the first dump would pay for marking every row as committed.
    await client.query('VACUUM (ANALYZE)')
  })
}

/** Adds a login that may read everything and change nothing, as a careful technician gives to a backup tool. */
export async function createBackupRole(server: SampleServer, name: string, password: string): Promise<void> {
  await withClient(server.url('postgres'), async (client) => {
    const role = escapeIdentifier(name)
    await client.query(
      `CREATE ROLE ${role} LOGIN PASSWORD ${escapeLiteral(password)} IN ROLE pg_read_all_data`,
    )
    const databases = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate',
    )
    for (const { datname } of databases.rows) {
      await client.query(`GRANT CONNECT ON DATABASE ${escapeIdentifier(datname)} TO ${role}`)
    }
  })
}

// The SQL files read the period from `span`, and draw everything from `pick` and `one_of`: hashes, so there
// is no chance in it. Different salts give independent draws for the same row.
async function prepare(client: Client, scale: number, upTo: Date): Promise<void> {
  await client.query(`
    SET LOCAL work_mem = '128MB';
    SET LOCAL maintenance_work_mem = '256MB';
    SET LOCAL timezone = 'Europe/Rome';
    CREATE FUNCTION pg_temp.pick(row_key bigint, salt bigint, sides int) RETURNS int LANGUAGE sql IMMUTABLE
      RETURN abs(hashint8extended(row_key, salt) % sides)::int;
    CREATE FUNCTION pg_temp.one_of(row_key bigint, salt bigint, choices anyarray) RETURNS anyelement
      LANGUAGE sql IMMUTABLE AS 'SELECT choices[1 + pg_temp.pick(row_key, salt, cardinality(choices))]';
    CREATE TEMP TABLE span (scale float8, first_day date, last_day date, up_to timestamptz) ON COMMIT DROP`)
  await client.query('INSERT INTO span SELECT $1, $2::timestamptz::date - 729, $2::timestamptz::date, $2', [
    scale,
    upTo.toISOString(),
  ])
}

async function createRole(client: Client, name: string, attributes: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name])
  if (rowCount === 0) await client.query(`CREATE ROLE ${escapeIdentifier(name)} ${attributes}`)
}

async function withClient(url: string, task: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url })
  // A server that goes away shows at the query; without a listener it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await task(client)
  } finally {
    await client.end()
  }
}
