import { FaultError } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import type { Backup, Manifest, ProofResult } from '../../shared/model.ts'
import { reserveBytes } from '../backup/backup-rules.ts'
import { keepingReserve } from '../backup/keep-reserve.ts'
import { toolsFor } from '../backup/look-first.ts'
import { serverAccount, type Account } from '../postgres/account.ts'
import { parseToolVersion, type ServerPrograms } from '../postgres/tool-rules.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import { authenticate, type Authentic } from './check-integrity.ts'
import { compareRestored } from './compare-restored.ts'
import { openBackup } from './open-backup.ts'
import { makeProofFolder, proofFolder, removeProofFolder, type ProofFolder } from './proof-folder.ts'
import { restoreInto } from './restore-archive.ts'
import { probesOf, runProbes } from './run-probes.ts'
import { serverPrograms, startCluster } from './scratch-cluster.ts'
import { makeDatabase, openScratch } from './scratch-database.ts'

type Proof = Pick<ProofResult, 'verdict' | 'differences' | 'notes'>

/**
 * Proves a backup by restoring it into a PostgreSQL of its own and comparing every count and object with what was
 * dumped. The live server takes no part. Nothing is opened before the signature and the hashes were right (INV-22),
 * and nothing of it remains, whatever the outcome (INV-18). Throws only when the proof itself could not be done.
 */
export async function prove(site: Site, backup: Backup, job: RunningJob): Promise<Proof> {
  const authentic = await authenticate(site, backup, job)
  if ('verdict' in authentic) return { ...authentic, notes: [] }
  const means = await gatherMeans(authentic.manifest)
  const folder = proofFolder(site.world.dataFolder, job.id)
  try {
    await makeProofFolder(folder, means.account)
    await refuseWithoutRoom(site, folder, authentic.manifest)
    // The disk that is watched is the one where the proof works.
    const here = { ...site, settings: { ...site.settings, folder: folder.home } }
    return await keepingReserve(here, job.signal, (signal) =>
      proveIn(folder, { site, authentic, means, job, signal }),
    )
  } finally {
    await removeProofFolder(folder).catch((error: unknown) => {
      site.world.log.error(`the folder of a proof is left for the next start to remove: ${String(error)}`)
    })
  }
}

interface Means {
  readonly programs: ServerPrograms
  readonly pgRestore: string
  readonly account: Account | undefined
}

/** The server is of the till's own version; the tool that reads must not be older than the one that wrote. */
async function gatherMeans({ server, tool }: Manifest): Promise<Means> {
  const programs = await serverPrograms(versionOf(server.version).major)
  const { pgRestore } = await toolsFor(versionOf(tool.version).versionNum)
  return { programs, pgRestore, account: await serverAccount() }
}

const versionOf = (version: string) =>
  parseToolVersion(`postgres (PostgreSQL) ${version}`) ?? { major: 0, versionNum: 0 }

/** The opened archive, its tables and their indexes. */
const spacePerPlainByte = 2.5

async function refuseWithoutRoom({ world }: Site, { home }: ProofFolder, manifest: Manifest): Promise<void> {
  const { freeBytes, totalBytes } = await world.space(home)
  const needBytes = Math.ceil(manifest.archive.plainBytes * spacePerPlainByte) + reserveBytes(totalBytes)
  if (freeBytes >= needBytes) return
  const values = { free: formatBytes(freeBytes, 'en'), need: formatBytes(needBytes, 'en') }
  throw new FaultError('DISK_FULL', { values, detail: `A proof needs the room in ${home}.` })
}

interface Proving {
  readonly site: Site
  readonly authentic: Authentic
  readonly means: Means
  readonly job: RunningJob
  readonly signal: AbortSignal
}

async function proveIn(folder: ProofFolder, proving: Proving): Promise<Proof> {
  const { site, authentic, means, job, signal } = proving
  const opened = await openBackup(site, authentic, { into: folder.home, account: means.account, signal }, job)
  if ('length' in opened) return { verdict: 'corrupt', differences: [...opened], notes: [] }
  job.enter('restore')
  const cluster = await startCluster({ ...means, folder, signal, onChild: job.onChild })
  try {
    const notes = await makeDatabase(cluster, opened, signal)
    const target = { ...cluster, database: opened.manifest.database.name }
    const limits = { timeLimitMs: site.limits.totalMs, onChild: job.onChild, signal }
    const how = { ...means, ...limits, owners: 'keep', lowPriority: true } as const
    const unrestored = await restoreInto(target, opened, how)
    job.enter('compare')
    await using session = await openScratch(cluster, target.database, signal)
    const compared = await compareRestored(session, opened.manifest.fingerprint, { walkIndexes: true })
    const probed = await runProbes(session, probesOf(site.settings.plan, target.database))
    signal.throwIfAborted()
    const differences = [...unrestored, ...compared.differences, ...probed.differences]
    return judge(differences, [...notes, ...compared.notes, ...probed.notes])
  } finally {
    await cluster.stop()
  }
}

/** Proven is what shows no difference at all. */
const judge = (differences: Proof['differences'], notes: readonly string[]): Proof => ({
  verdict: differences.length === 0 ? 'proven' : 'different',
  differences,
  notes: [...notes],
})
