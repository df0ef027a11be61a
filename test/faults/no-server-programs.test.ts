import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { ProofResult } from '../../electron/shared/model.ts'
import { newestDebianBinDir } from '../../scripts/private-postgres/binaries.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { addScans, makeEmpty, makeTill } from '../support/small-till.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'

// A computer with the client programs of PostgreSQL and without its server: initdb is hidden from one process only.
const mayHide = spawnSync('unshare', ['--mount', '--map-root-user', 'true']).status === 0
const initdb = join(await newestDebianBinDir(), 'initdb')

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const keeper = { user: 'keeper', password: 'of the till' }
await server.psql('postgres', `CREATE ROLE keeper LOGIN CREATEDB PASSWORD '${keeper.password}'`)

const ofProofs = "SELECT datname FROM pg_database WHERE datname LIKE '%larder%'"
const onTheTill = async (): Promise<string> => (await server.psql('postgres', ofProofs)).trim()
afterEach(async () => expect(await onTheTill()).toBe(''))

interface End {
  readonly result?: Partial<ProofResult> & { cancelled?: boolean; fault?: { code: string; text: string } }
  readonly signal: NodeJS.Signals | null
}

/** Proves the newest backup; `then` is what happens to the Larder that does it so long after a phase has begun. */
async function proveWithoutServer(
  { dataFolder }: TestSite,
  then?: { readonly phase: string; readonly afterMs: number; readonly signal: NodeJS.Signals },
): Promise<End> {
  const program = new URL('../support/proof-process.ts', import.meta.url).pathname
  const script = 'mount --bind /dev/null "$1" && shift && exec "$@"'
  const hidden = ['--mount', '--map-root-user', 'sh', '-c', script, 'sh', initdb]
  const larder = spawn('unshare', [...hidden, process.execPath, program, dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  larder.stdout.setEncoding('utf8').on('data', (text: string) => {
    const isNews = then !== undefined && !said.includes(then.phase)
    said += text
    if (isNews && said.includes(then.phase)) setTimeout(() => larder.kill(then.signal), then.afterMs)
  })
  const [, signal] = (await once(larder, 'close')) as [number | null, NodeJS.Signals | null]
  const last = said.trim().split('\n').at(-1) ?? ''
  return last.startsWith('{') ? { result: JSON.parse(last) as End['result'] & object, signal } : { signal }
}

const marks = ({ dataFolder }: TestSite): string[] =>
  existsSync(join(dataFolder, 'proof')) ? readdirSync(join(dataFolder, 'proof')) : []

describe.runIf(mayHide)('without initdb, a proof', () => {
  test('restores into a scratch database of the till, says so, and leaves nothing there', async () => {
    await using site = await makeSite({ server, database: await makeTill(server, 'Kasse öäü') })
    await site.engine.backUp('Kasse öäü')
    const { result } = await proveWithoutServer(site)
    expect(result).toMatchObject({ verdict: 'proven', differences: [] })
    expect(result?.notes).toContainEqual(expect.stringContaining('scratch database'))
    expect(marks(site)).toEqual([])
    expect(site.engine.find('latest').state).toBe('proven')
  })

  test('by a login that is no superuser leaves event triggers out, and says so', async () => {
    await server.psql('postgres', 'CREATE DATABASE watched OWNER keeper TEMPLATE template0')
    await server.psql(
      'watched',
      `CREATE TABLE sales (cents integer); INSERT INTO sales VALUES (5); ALTER TABLE sales OWNER TO keeper;
       CREATE FUNCTION quiet() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
       CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION quiet();
       COMMENT ON EVENT TRIGGER watch IS 'sees everything'; GRANT SELECT ON sales TO PUBLIC`,
    )
    await using site = await makeSite({ server, database: 'watched', login: keeper })
    await site.engine.backUp('watched')
    const { result } = await proveWithoutServer(site)
    expect(result).toMatchObject({ verdict: 'proven', differences: [] })
    expect(result?.notes).toContainEqual(expect.stringContaining('Event triggers were left out'))
  })

  test('finds a till different whose order line has no order', async () => {
    await makeEmpty(server, 'orphans')
    await server.psql(
      'orphans',
      `CREATE TABLE orders (id integer PRIMARY KEY);
       CREATE TABLE lines (id integer PRIMARY KEY, order_id integer CONSTRAINT of_order REFERENCES orders);
       SET session_replication_role = replica; INSERT INTO lines VALUES (1, 77)`,
    )
    await using site = await makeSite({ server, database: 'orphans' })
    await site.engine.backUp('orphans')
    const { result } = await proveWithoutServer(site)
    expect(result?.verdict).toBe('different')
    expect(result?.differences?.map(({ object }) => object)).toContain(
      'table constraint of_order on public.lines',
    )
  })

  test('says which right is missing, and gives no verdict', async () => {
    await server.psql('postgres', 'CREATE DATABASE plain OWNER keeper TEMPLATE template0')
    await server.psql('plain', 'CREATE TABLE sales (cents integer); ALTER TABLE sales OWNER TO keeper')
    await using site = await makeSite({ server, database: 'plain', login: keeper })
    const { id } = await site.engine.backUp('plain')
    await server.psql('postgres', 'ALTER ROLE keeper NOCREATEDB')
    const { result } = await proveWithoutServer(site)
    expect(result?.fault).toMatchObject({
      code: 'PROOF_RIGHTS',
      text: expect.stringMatching(/“keeper”.*to make a database/),
    })
    await server.psql('postgres', 'ALTER ROLE keeper CREATEDB')
    // The language of a function that only a superuser may trust cannot be restored by an ordinary login either.
    await server.psql(
      'plain',
      `CREATE FUNCTION sum_of(integer, integer) RETURNS integer LANGUAGE internal AS 'int4pl'`,
    )
    await site.engine.backUp('plain')
    expect((await proveWithoutServer(site)).result?.fault).toMatchObject({
      code: 'PROOF_RIGHTS',
      text: expect.stringContaining('sum_of'),
    })
    expect(site.engine.find(id).state).toBe('intact')
    expect(site.engine.find('latest').state).toBe('intact')
  })
})

describe.runIf(mayHide)('without initdb, a proof that does not come to its end', () => {
  const prepared = (async () => {
    await makeTill(server, 'busy')
    await addScans(server, 'busy', 20)
    const site = await makeSite({ server, database: 'busy' })
    await site.engine.backUp('busy')
    return site
  })()
  afterAll(async () => (await prepared)[Symbol.asyncDispose]())

  test.each([0, 300])('leaves nothing when cancelled %i ms after it began to restore', async (afterMs) => {
    const site = await prepared
    const { result } = await proveWithoutServer(site, { phase: 'restore', afterMs, signal: 'SIGTERM' })
    expect(result).toEqual({ cancelled: true })
    expect(await onTheTill()).toBe('')
    expect(marks(site)).toEqual([])
  })

  test.each([20, 300])('is cleared away at the next start when killed after %i ms', async (afterMs) => {
    const site = await prepared
    const { signal } = await proveWithoutServer(site, { phase: 'restore', afterMs, signal: 'SIGKILL' })
    expect(signal).toBe('SIGKILL')
    await site.reopen()
    expect(await onTheTill()).toBe('')
    expect(marks(site)).toEqual([])
  })
})
