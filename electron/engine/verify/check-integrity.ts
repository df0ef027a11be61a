import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FaultError } from '../../shared/fault.ts'
import type { Backup, CheckResult, Manifest, StoredFile } from '../../shared/model.ts'
import { requireOwnFolder } from '../backup/backup-folder.ts'
import { toolsFor } from '../backup/look-first.ts'
import { readManifest } from '../backup/manifest.ts'
import { folderFault } from '../backup/partial-file.ts'
import { readStored } from '../backup/read-back.ts'
import { manifest as recordedManifest } from '../catalogue/backups.ts'
import { verifyingKeys } from '../keys.ts'
import { parseToolVersion } from '../postgres/tool-rules.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'

type Difference = CheckResult['differences'][number]
type Found = Pick<CheckResult, 'verdict' | 'differences'>

/**
 * Checks that a backup is what was taken: the manifest is ours, sizes and SHA-256 of both files fit it, and the whole
 * archive opens and reads to its end. No PostgreSQL tool sees a byte before the signature and the hashes were right
 * (INV-22). Throws only when the check itself could not be done.
 */
export async function checkIntegrity(site: Site, backup: Backup, job: RunningJob): Promise<Found> {
  const stored = await authenticate(site, backup, job)
  if ('verdict' in stored) return stored
  const unreadable = await readBoth(site, stored.folder, stored.manifest, job)
  return { verdict: unreadable.length === 0 ? 'intact' : 'corrupt', differences: unreadable }
}

/** A backup whose every stored byte is one that this site signed for. */
export interface Authentic {
  /** Absolute; holds the files that the manifest names. */
  readonly folder: string
  /** As it was read beside the archive, signature and all. */
  readonly manifest: Manifest
}

interface Bad extends Found {
  readonly verdict: 'corrupt' | 'missing'
}

/** Believes the manifest and the files of a backup, or says why not. Nothing is decrypted yet (INV-22). */
export async function authenticate(site: Site, backup: Backup, job: RunningJob): Promise<Authentic | Bad> {
  job.enter('check')
  const recorded = recordedManifest(site.catalogue, backup.id)
  if (recorded === undefined) throw new FaultError('BACKUP_UNKNOWN', { values: { id: backup.id } })
  const folder = dirname(backup.file)
  const named = await readSigned(site, backup, join(folder, manifestName(recorded)))
  const manifest = 'id' in named ? named : recorded
  const stored = [
    ...(await compareFile(folder, manifest.archive, job.signal)),
    ...(await compareFile(folder, manifest.globals, job.signal)),
  ]
  const missing = stored.some(({ found }) => found === nothing)
  // A drive that was pulled looks like a folder without backups, and is another fault.
  if (missing) await requireOwnFolder(site.settings)
  const differences = 'id' in named ? stored : [named, ...stored]
  if (differences.length > 0) return { verdict: missing ? 'missing' : 'corrupt', differences }
  return { folder, manifest }
}

const nothing = 'no file'

const manifestName = ({ archive }: Manifest): string =>
  archive.name.replace(/\.dump\.zst(?:\.age)?$/, '.manifest.json')

async function readSigned({ settings }: Site, backup: Backup, file: string): Promise<Manifest | Difference> {
  const object = 'manifest'
  try {
    const found = readManifest(await readFile(file, 'utf8'), ...verifyingKeys(settings.keys))
    const same = found.id === backup.id && found.archive.sha256 === backup.sha256
    return same ? found : { object, expected: backup.id, found: found.id }
  } catch (error) {
    if (error instanceof FaultError)
      return { object, expected: 'signed by this site', found: error.fault.detail ?? '' }
    return { object, expected: 'signed by this site', found: nothing }
  }
}

async function compareFile(folder: string, expected: StoredFile, signal: AbortSignal): Promise<Difference[]> {
  const file = join(folder, expected.name)
  const object = expected.name
  const bytes = (await unlessGone(stat(file), file))?.size
  if (bytes !== expected.bytes) {
    const found = bytes === undefined ? nothing : `${bytes} bytes`
    return [{ object, expected: `${expected.bytes} bytes`, found }]
  }
  const sha256 = (await unlessGone(sha256Of(file, signal), file)) ?? nothing
  return sha256 === expected.sha256 ? [] : [{ object, expected: expected.sha256, found: sha256 }]
}

/** Undefined when there is no such file; whatever else keeps it from being read is not a verdict on the backup. */
async function unlessGone<T>(reading: Promise<T>, file: string): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.name === 'AbortError') throw error
    if (error.code === 'ENOENT') return undefined
    throw folderFault(error, dirname(file))
  }
}

async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024, signal })) hash.update(chunk)
  return hash.digest('hex')
}

async function readBoth(
  site: Site,
  folder: string,
  manifest: Manifest,
  job: RunningJob,
): Promise<Difference[]> {
  // The tools that read must not be older than the ones that wrote.
  const writer = parseToolVersion(`pg_dump (PostgreSQL) ${manifest.tool.version}`)
  const tools = await toolsFor(writer?.versionNum ?? 0)
  const sealedTo = manifest.encryption === 'age' ? manifest.recipients : null
  const common = { sealedTo, tools, signal: job.signal, onProgress: job.onProgress, onChild: job.onChild }
  const differences: Difference[] = []
  for (const { file, archive } of [
    { file: manifest.archive, archive: true },
    { file: manifest.globals, archive: false },
  ]) {
    const found = await readStored(site, { ...common, path: join(folder, file.name), archive }).catch(
      asCorrupt,
    )
    const right = found.plainSha256 === file.plainSha256 && found.plainBytes === file.plainBytes
    if (!right) differences.push({ object: file.name, expected: file.plainSha256, found: found.plainSha256 })
  }
  return differences
}

/** A file that cannot be read to its end is a verdict of the check, not a failure to check. */
function asCorrupt(error: unknown): { plainSha256: string; plainBytes: number } {
  if (!(error instanceof FaultError) || !['BACKUP_CORRUPT', 'DUMP_FAILED', 'KEY_WRONG'].includes(error.code))
    throw error
  return { plainSha256: `unreadable: ${error.fault.detail ?? error.message}`, plainBytes: -1 }
}
