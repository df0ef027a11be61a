import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect } from 'vitest'
import { exitCodeOf, exitCodes } from '../../electron/command/exit-codes.ts'
import { readManifest } from '../../electron/engine/backup/manifest.ts'
import { listBackups } from '../../electron/engine/catalogue/backups.ts'
import { recentJobs, runningJobs } from '../../electron/engine/catalogue/job-history.ts'
import { verifyingKey } from '../../electron/engine/keys.ts'
import { CancelledError, FaultError, type Fault, type FaultCode } from '../../electron/shared/fault.ts'
import type { Job, StoredFile } from '../../electron/shared/model.ts'
import { filesBelow, leaksOf, secretsOf, watchArgv } from './canaries.ts'
import { runningTools } from './processes.ts'
import type { TestSite } from './test-site.ts'

/**
 * Does work that must fail with this fault, and holds the site to what is true after any fault: the backup folder is
 * byte for byte as it was, the job has ended as failed with the same code, no tool is left, no secret is to be seen.
 */
export async function expectFault(
  site: TestSite,
  code: FaultCode,
  work: () => Promise<unknown>,
): Promise<Fault> {
  const { error, job } = await unharmed(site, work)
  expect(error, String(error)).toBeInstanceOf(FaultError)
  const { fault } = error as FaultError
  expect(fault).toMatchObject({ code })
  expect(fault.text + fault.next, 'a sentence with a gap').not.toMatch(/\{\w+\}/)
  expect(job).toMatchObject({ state: 'failed', fault: { code } })
  // What a script sees; busy, wrong key and cancelled have exit codes of their own.
  expect(exitCodeOf(code)).toBe(exitCodes.failed)
  return fault
}

/** The same for work that somebody cancels. */
export async function expectCancelled(site: TestSite, work: () => Promise<unknown>): Promise<void> {
  const { error, job } = await unharmed(site, work)
  expect(error, String(error)).toBeInstanceOf(CancelledError)
  expect(job).toMatchObject({ state: 'cancelled', fault: null })
}

interface Failed {
  readonly error: unknown
  readonly job: Job | undefined
}

async function unharmed(site: TestSite, work: () => Promise<unknown>): Promise<Failed> {
  const before = fingerprintOf(site.folder)
  const secrets = await secretsOf(site)
  const argv = watchArgv(secrets)
  const error = await work().then(
    () => 'it went well',
    (reason: unknown) => reason,
  )
  expect(argv.stop()).toEqual([])
  expect(leaksOf(site, secrets)).toEqual([])
  expect(JSON.stringify(error instanceof FaultError ? error.fault : '')).not.toContain(site.server.password)
  expect(runningTools(site.engine.site.settings.server.port)).toEqual([])
  expect(fingerprintOf(site.folder)).toEqual(before)
  const { catalogue } = site.engine.site
  expect(runningJobs(catalogue)).toEqual([])
  return { error, job: recentJobs(catalogue, { limit: 1 })[0] }
}

/** Every file with its SHA-256. */
export const fingerprintOf = (folder: string): Record<string, string> =>
  Object.fromEntries(filesBelow(folder).map((file) => [file, sha256(readFileSync(file))]))

/**
 * Holds a site to INV-1 and INV-16: nothing half-written lies in its folder, every file there belongs to a signed
 * manifest that fits it, and the catalogue lists exactly those backups, as intact. Returns their ids.
 */
export function expectWhole(site: TestSite): string[] {
  const files = filesBelow(site.folder).filter((file) => basename(file) !== 'larder-folder.json')
  expect(files.filter((file) => file.endsWith('.partial'))).toEqual([])
  const key = verifyingKey(site.engine.site.settings.keys.signingKey)
  const named = files
    .filter((file) => file.endsWith('.manifest.json'))
    .map((file) => ({ file, manifest: readManifest(readFileSync(file, 'utf8'), key) }))
  const accounted = named.flatMap(({ file, manifest: { archive, globals } }) => {
    for (const stored of [archive, globals]) expect(storedAs(dirname(file), stored)).toEqual(storedIn(stored))
    return [file, join(dirname(file), archive.name), join(dirname(file), globals.name)]
  })
  expect(accounted.toSorted()).toEqual(files)
  const ids = named.map(({ manifest }) => manifest.id).toSorted()
  const listed = listBackups(site.engine.site.catalogue, { limit: 1000 })
  expect(listed.map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual(ids.map((id) => `${id} intact`))
  return ids
}

function storedAs(folder: string, { name }: StoredFile) {
  const bytes = readFileSync(join(folder, name))
  return { bytes: bytes.length, sha256: sha256(bytes) }
}

const storedIn = ({ bytes, sha256: hash }: StoredFile) => ({ bytes, sha256: hash })
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
