import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { writeManifest } from '../../../electron/engine/backup/manifest.ts'
import { checksOf } from '../../../electron/engine/catalogue/checks.ts'
import { recentJobs } from '../../../electron/engine/catalogue/job-history.ts'
import { manifest as recordedManifest } from '../../../electron/engine/catalogue/backups.ts'
import { signingKey } from '../../../electron/engine/keys.ts'
import type { Backup, JobPhase, Manifest } from '../../../electron/shared/model.ts'
import { buildSampleRestaurant } from '../../../scripts/sample-restaurant/build.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { allProcesses } from '../../support/processes.ts'
import { makeEmpty, makeTill } from '../../support/small-till.ts'
import { makeSite, type TestSite } from '../../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await buildSampleRestaurant({ url: (database) => server.url(database) }, { scale: 0.02 })
const site = await makeSite({ server, database: 'trattoria' })
afterAll(() => site[Symbol.asyncDispose]())
const healthy = await site.engine.backUp('trattoria')

/** Folders of the site's proofs, wherever they may be, and servers that work in one. Other tests prove meanwhile. */
function remains({ dataFolder, engine }: TestSite): string[] {
  const jobs = recentJobs(engine.site.catalogue, { limit: 1000 }).map(({ id }) => id)
  const isOurs = (text: string): boolean => jobs.some((id) => text.includes(id))
  const marks = existsSync(join(dataFolder, 'proof')) ? readdirSync(join(dataFolder, 'proof')) : []
  const elsewhere = ['/tmp', '/var/tmp'].flatMap((folder) => readdirSync(folder)).filter(isOurs)
  const servers = allProcesses().filter(({ argv, state }) => state !== 'Z' && isOurs(argv))
  return [...marks, ...elsewhere, ...servers.map(({ argv }) => argv)]
}

afterEach(() => vi.waitFor(() => expect(remains(site)).toEqual([]), 3000))

/** Backs up a database of its own and proves that backup. */
async function proofOf(name: string, sql: string) {
  await makeEmpty(server, name)
  await server.psql(name, sql)
  await using other = await makeSite({ server, database: name })
  const backup = await other.engine.backUp(name)
  const proof = await other.engine.prove(backup.id)
  expect(remains(other)).toEqual([])
  return { proof, state: other.engine.find(backup.id).state, provenAt: other.engine.status().lastProvenAt }
}

const objectsOf = ({ differences }: { differences: readonly { object: string }[] }): string[] =>
  differences.map(({ object }) => object)

describe('a proof', () => {
  test('of a healthy backup finds it proven, however much the till sells meanwhile', async () => {
    await server.psql('trattoria', 'CREATE TABLE sold_later (id integer); INSERT INTO sold_later VALUES (1)')
    const phases = new Set<JobPhase>()
    const proof = await site.engine.prove('latest', { report: ({ phase }) => phases.add(phase) })
    expect(proof).toMatchObject({ id: healthy.id, verdict: 'proven', differences: [] })
    expect([...phases]).toEqual(['check', 'restore', 'compare'])
    expect(site.engine.find(healthy.id).state).toBe('proven')
    expect(checksOf(site.engine.site.catalogue, healthy.id)[0]).toMatchObject({ kind: 'proof' })
  })

  test('of every database and a key that somebody holds make the site protected', async () => {
    await using other = await makeSite({ server, database: await makeTill(server, 'Kasse öäü') })
    const { engine } = other
    const { id } = await engine.backUp('Kasse öäü')
    await engine.confirmRecoveryKey((other.recoveryKey ?? '').slice(-8))
    expect(engine.status().health).toBe('attention')
    expect(await engine.prove(id)).toMatchObject({ verdict: 'proven', differences: [] })
    expect(engine.status()).toMatchObject({ health: 'protected', alerts: [] })
  })

  test('needs no server of the till', async () => {
    await site.whileServerIs({ port: 1 }, async () => {
      expect(await site.engine.prove(healthy.id)).toMatchObject({ verdict: 'proven' })
    })
  })

  test('restores what is unusual too, and a database called postgres', async () => {
    await server.psql(
      'postgres',
      `CREATE ROLE "Frau O'Hara"; CREATE TABLE t (id integer); ALTER TABLE t OWNER TO "Frau O'Hara";
       CREATE FUNCTION quiet() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
       CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION quiet();
       CREATE PUBLICATION sales FOR TABLE t;
       ALTER TABLE t ADD CONSTRAINT small CHECK (id < 10) NOT VALID;
       CREATE INDEX unfinished ON t (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'unfinished'::regclass`,
    )
    await using other = await makeSite({ server, database: 'postgres' })
    const { id } = await other.engine.backUp('postgres')
    const proof = await other.engine.prove(id)
    expect(proof).toMatchObject({ verdict: 'proven', differences: [] })
    expect(proof.notes).toEqual([expect.stringContaining('Constraint small of public.t is marked NOT VALID')])
  })
})

/** Puts another manifest, signed by the site, beside a backup for the length of some work. */
async function withManifest(
  backup: Backup,
  change: (manifest: Manifest) => Manifest,
  work: () => Promise<unknown>,
): Promise<void> {
  const known = recordedManifest(site.engine.site.catalogue, backup.id)
  const secret = await site.world.secrets.read('signing-key')
  if (known === undefined || secret === undefined) throw new Error('the site has no such backup or no key')
  const file = backup.file.replace(/\.dump\.zst\.age$/, '.manifest.json')
  const before = readFileSync(file)
  writeFileSync(file, writeManifest(change(known), signingKey(secret)))
  await work().finally(() => writeFileSync(file, before))
}

describe('a proof finds different', () => {
  test('a backup that lacks a row, and names the table', async () => {
    const [first] = recordedManifest(site.engine.site.catalogue, healthy.id)?.fingerprint.tables ?? []
    if (first === undefined) throw new Error('the sample has no tables')
    const more = { ...first, rows: first.rows + 1 }
    const withMore = (manifest: Manifest): Manifest => {
      const tables = manifest.fingerprint.tables.map((one) => (one.name === first.name ? more : one))
      return { ...manifest, fingerprint: { ...manifest.fingerprint, tables } }
    }
    await withManifest(healthy, withMore, async () => {
      const proof = await site.engine.prove(healthy.id)
      expect(proof.verdict).toBe('different')
      const object = `table ${first.schema}.${first.name}`
      expect(proof.differences).toMatchObject([
        { object, found: expect.stringContaining(`${first.rows} rows`) },
      ])
    })
    expect(site.engine.find(healthy.id).state).toBe('taken')
    expect(site.engine.status().lastProvenAt).toBeNull()
    expect(await site.engine.prove(healthy.id)).toMatchObject({ verdict: 'proven' })
  })

  test('a till with an order line whose order is gone', async () => {
    const { proof, state, provenAt } = await proofOf(
      'orphans',
      `CREATE TABLE orders (id integer PRIMARY KEY);
       CREATE TABLE lines (id integer PRIMARY KEY, order_id integer CONSTRAINT of_order REFERENCES orders);
       SET session_replication_role = replica; INSERT INTO lines VALUES (1, 77)`,
    )
    expect(proof.verdict).toBe('different')
    expect(proof.differences.map(({ found }) => found).join('\n')).toMatch(/violates foreign key constraint/)
    expect(objectsOf(proof)).toContain('table constraint of_order on public.lines')
    expect({ state, provenAt }).toEqual({ state: 'taken', provenAt: null })
  })

  test('a table whose check needs a search path, so that none of its rows comes back', async () => {
    const { proof } = await proofOf(
      'checked',
      `CREATE TABLE prices (cents integer); INSERT INTO prices VALUES (5);
       CREATE FUNCTION known(integer) RETURNS boolean LANGUAGE sql AS
         'SELECT EXISTS (SELECT FROM prices WHERE cents = $1)';
       CREATE TABLE sales (cents integer CHECK (known(cents))); INSERT INTO sales VALUES (5)`,
    )
    expect(proof.verdict).toBe('different')
    expect(proof.differences).toContainEqual({
      object: 'table public.sales',
      expected: '1 rows',
      found: '0 rows',
    })
  })
})

describe('a proof that does not come to its end', () => {
  test('corrupt archives are never opened', async () => {
    const before = readFileSync(healthy.file)
    const bad = Buffer.from(before)
    bad.writeUInt8(bad.readUInt8(5000) ^ 1, 5000)
    writeFileSync(healthy.file, bad)
    const phases = new Set<JobPhase>()
    const proof = await site.engine.prove(healthy.id, { report: ({ phase }) => phases.add(phase) })
    writeFileSync(healthy.file, before)
    expect(proof.verdict).toBe('corrupt')
    expect([...phases]).toEqual(['check'])
    expect(site.engine.find(healthy.id).state).toBe('corrupt')
    await site.engine.prove(healthy.id)
  })

  test.each<JobPhase>(['check', 'restore', 'compare'])(
    'leaves nothing when cancelled at %s',
    async (when) => {
      const abort = new AbortController()
      const state = site.engine.find(healthy.id).state
      const report = ({ phase }: { phase: JobPhase }): void => {
        if (phase === when) abort.abort()
      }
      await expect(site.engine.prove(healthy.id, { signal: abort.signal, report })).rejects.toThrow(
        /cancelled/,
      )
      expect(remains(site)).toEqual([])
      expect(site.engine.find(healthy.id).state).toBe(state)
      const [last] = recentJobs(site.engine.site.catalogue, { limit: 1 })
      expect(last).toMatchObject({ kind: 'prove', state: 'cancelled' })
    },
  )

  test('leaves nothing when cancelled in the middle of restoring', async () => {
    for (const delayMs of [300, 1200, 1800]) {
      const abort = new AbortController()
      const report = ({ phase }: { phase: JobPhase }): void => {
        if (phase === 'restore') setTimeout(() => abort.abort(), delayMs)
      }
      await site.engine.prove(healthy.id, { signal: abort.signal, report }).catch(() => undefined)
      expect(remains(site)).toEqual([])
    }
  })

  test('does not begin without room, and says how much it needs', async () => {
    const space = async () => ({ freeBytes: 2000, totalBytes: 10_000 })
    await using other = await makeSite({ server, database: 'orphans' })
    const { id } = await other.engine.backUp('orphans')
    Object.assign(other.world, { space })
    await expect(other.engine.prove(id)).rejects.toThrow(expect.objectContaining({ code: 'DISK_FULL' }))
    const [told] = recentJobs(other.engine.site.catalogue, { limit: 1 })
    expect(told?.fault?.text).toBe(
      'There is too little room on the disk for the proof. What is known about the backup stays as it was.',
    )
    expect(told?.fault?.next).toMatch(/^Make room for \d/)
    expect(other.engine.find(id).state).toBe('intact')
  })

  test.each([
    ['check', 50],
    ['restore', 300],
    ['restore', 900],
    ['compare', 20],
  ])('by a kill at %s + %i ms is cleared away at the next start', async (when, delayMs) => {
    const script = new URL('../../support/proof-process.ts', import.meta.url).pathname
    const larder = spawn(process.execPath, [script, site.dataFolder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    larder.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes(when)) setTimeout(() => larder.kill('SIGKILL'), delayMs)
    })
    await once(larder, 'close')
    await site.reopen()
    expect(remains(site)).toEqual([])
    const [last] = recentJobs(site.engine.site.catalogue, { limit: 1 })
    // On a fast computer the proof may have come to its end before the kill did; it is never left running.
    expect(last).toMatchObject({ kind: 'prove', state: expect.stringMatching(/^(?:interrupted|done)$/) })
  })
})
