import { FaultError } from '../../shared/fault.ts'
import type { Backup, ProofResult } from '../../shared/model.ts'
import { keepingReserve } from '../backup/keep-reserve.ts'
import { openSession } from '../postgres/session.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import { authenticate, type Authentic } from './check-integrity.ts'
import { compareRestored } from './compare-restored.ts'
import { openBackup } from './open-backup.ts'
import { makeProofFolder, proofFolder, removeProofFolder, type ProofFolder } from './proof-folder.ts'
import { gatherMeans, refuseWithoutRoom, type Means } from './proof-means.ts'
import { restoreInto, type RestoreTarget, type Restoring } from './restore-archive.ts'
import { probesOf, runProbes } from './run-probes.ts'
import { startCluster, type ScratchCluster } from './scratch-cluster.ts'
import { makeDatabase, type Opened } from './scratch-database.ts'
import { makeOnTill } from './scratch-on-till.ts'
import { withoutRights } from './till-rights-rules.ts'

type Proof = Pick<ProofResult, 'verdict' | 'differences' | 'notes'>

/**
 * Proves a backup by restoring it into a PostgreSQL of its own and comparing every count and object with what was
 * dumped. The live server takes no part, unless this computer has no server programs: then a scratch database is made
 * there. Nothing is opened before the signature and the hashes were right (INV-22), and nothing of it remains,
 * whatever the outcome (INV-18). Throws only when the proof itself could not be done.
 */
export async function prove(site: Site, backup: Backup, job: RunningJob): Promise<Proof> {
  const authentic = await authenticate(site, backup, job)
  if ('verdict' in authentic) return { ...authentic, notes: [] }
  const means = await gatherMeans(authentic.manifest)
  const folder = proofFolder(site.world.dataFolder, job.id)
  try {
    await makeProofFolder(folder, means.own?.account)
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

interface Proving {
  readonly site: Site
  readonly authentic: Authentic
  readonly means: Means
  readonly job: RunningJob
  readonly signal: AbortSignal
}

async function proveIn(folder: ProofFolder, proving: Proving): Promise<Proof> {
  const { site, authentic, means, job, signal } = proving
  const { own } = means
  const into = { into: folder.home, account: own?.account, signal }
  // Neither needs the other, and each is a second of work for another part of the computer.
  const [opening, starting] = await Promise.allSettled([
    openBackup(site, authentic, into, job),
    own && startCluster({ ...own, folder, signal, onChild: job.onChild }),
  ])
  const cluster = starting.status === 'fulfilled' ? starting.value : undefined
  try {
    if (opening.status === 'rejected') throw opening.reason
    if (starting.status === 'rejected') throw starting.reason
    const opened = opening.value
    if ('length' in opened) return { verdict: 'corrupt', differences: [...opened], notes: [] }
    job.enter('restore')
    return await (cluster ? proveInCluster(cluster, opened, proving) : proveOnTill(opened, proving))
  } finally {
    await cluster?.stop()
  }
}

async function proveInCluster(cluster: ScratchCluster, opened: Opened, proving: Proving): Promise<Proof> {
  const notes = await makeDatabase(cluster, opened, proving.signal)
  const target = { ...cluster, database: opened.manifest.database.name }
  const how = { account: proving.means.own?.account, owners: 'keep' } as const
  const found = await tryRestore(target, opened, { ...proving, how, walkIndexes: true })
  return judge(found.differences, [...notes, ...found.notes])
}

/** One session that waits for nothing and asks for no helpers: the till goes first. */
const behindTheTill = [
  'synchronous_commit=off',
  'max_parallel_maintenance_workers=0',
  'max_parallel_workers_per_gather=0',
].map((setting) => `-c ${setting}`)

async function proveOnTill(opened: Opened, proving: Proving): Promise<Proof> {
  const { site, job, signal } = proving
  const scratch = await makeOnTill(site, opened.manifest, job.id)
  try {
    signal.throwIfAborted()
    const how = { account: undefined, owners: 'none', jobs: 1, options: behindTheTill.join(' ') } as const
    const found = await tryRestore(scratch.target, opened, {
      ...proving,
      how,
      walkIndexes: scratch.superuser,
    })
    const fair = scratch.superuser
      ? { ...found, notes: [], denied: undefined }
      : withoutRights(found.differences)
    if (fair.denied !== undefined) {
      const { object, found: reason } = fair.denied
      const values = { user: scratch.target.server.user, missing: `to restore ${object}` }
      throw new FaultError('PROOF_RIGHTS', { values, detail: reason })
    }
    return judge(fair.differences, [...scratch.notes, ...fair.notes, ...found.notes, withoutOwners])
  } finally {
    await scratch.remove()
  }
}

const withoutOwners =
  'It was restored into a scratch database of the till’s own server, which leaves out owners and rights: this computer has no PostgreSQL server programs.'

interface Trying extends Proving {
  readonly how: Pick<Restoring, 'account' | 'owners' | 'jobs' | 'options'>
  readonly walkIndexes: boolean
}

/** Restores the opened backup into an empty database and compares what is there then. */
async function tryRestore(
  target: RestoreTarget,
  opened: Opened,
  { site, means, job, signal, how, walkIndexes }: Trying,
): Promise<Omit<Proof, 'verdict'>> {
  const { database, fingerprint } = opened.manifest
  const limits = { timeLimitMs: site.limits.totalMs, onChild: job.onChild, signal }
  const restoring = { ...how, ...limits, pgRestore: means.pgRestore, lowPriority: true }
  const unrestored = await restoreInto(target, opened, restoring)
  job.enter('compare')
  await using session = await openSession(target.server, target.database, target.password, { signal })
  const compared = await compareRestored(session, fingerprint, { walkIndexes })
  const probed = await runProbes(session, probesOf(site.settings.plan, database.name))
  signal.throwIfAborted()
  return {
    differences: [...unrestored, ...compared.differences, ...probed.differences],
    notes: [...compared.notes, ...probed.notes],
  }
}

/** Proven is what shows no difference at all. */
const judge = (differences: readonly Proof['differences'][number][], notes: readonly string[]): Proof => ({
  verdict: differences.length === 0 ? 'proven' : 'different',
  differences: [...differences],
  notes: [...notes],
})
