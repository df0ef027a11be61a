import { chown, mkdir, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { runningJobs } from '../catalogue/job-history.ts'
import type { Account } from '../postgres/account.ts'
import type { Site } from '../site.ts'

/** Where one proof works. All of it is private (0700) and follows from the job's id, so that a later life finds it. */
export interface ProofFolder {
  /** Says that there is, or was, a proof of this job: the first to be made, the last to be removed. */
  readonly mark: string
  /** Holds the opened archive and the cluster. */
  readonly home: string
  /** Holds the socket of the cluster. */
  readonly sockets: string
}

/** A socket's path has at most 103 bytes on macOS and 107 on Linux (unix(7)). */
const longestSocketPath = 100

/** Names the folders of a proof; nothing is made yet. */
export function proofFolder(dataFolder: string, jobId: string): ProofFolder {
  const mark = join(dataFolder, 'proof', jobId)
  // The account that runs the cluster for root cannot reach into root's data. /var/tmp is a disk and survives a
  // restart, so that what is left there can be found again.
  const home = process.getuid?.() === 0 ? `/var/tmp/larder-proof-${jobId}` : mark
  const isShort = Buffer.byteLength(join(home, '.s.PGSQL.5432')) <= longestSocketPath
  const elsewhere = process.platform === 'win32' ? tmpdir() : '/tmp'
  return { mark, home, sockets: isShort ? home : join(elsewhere, `larder-proof-${jobId}`) }
}

export const clusterIn = ({ home }: ProofFolder): string => join(home, 'cluster')

/** Makes the folders of a proof, none of which may be there already, and gives them to who will run the cluster. */
export async function makeProofFolder(folder: ProofFolder, account: Account | undefined): Promise<void> {
  await mkdir(dirname(folder.mark), { recursive: true, mode: 0o700 })
  for (const path of new Set([folder.mark, folder.home, folder.sockets])) {
    await mkdir(path, { mode: 0o700 })
    if (account && path !== folder.mark) await chown(path, account.uid, account.gid)
  }
}

/** Removes everything of a proof (INV-18). The cluster must have ended. */
export async function removeProofFolder({ sockets, home, mark }: ProofFolder): Promise<void> {
  for (const path of [sockets, home, mark])
    await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/**
 * Ends and removes what proofs of a killed Larder left behind; those of jobs that run now are left alone. What cannot
 * be removed is told to the log and tried again at the next start.
 */
export async function sweepProofs({ world, catalogue }: Site): Promise<void> {
  const names = await readdir(join(world.dataFolder, 'proof')).catch(() => [])
  const running = new Set(runningJobs(catalogue).map(({ job }) => job.id))
  for (const jobId of names.filter((name) => !name.endsWith('.till') && !running.has(name))) {
    const folder = proofFolder(world.dataFolder, jobId)
    try {
      await endCluster(clusterIn(folder))
      await removeProofFolder(folder)
      world.log.warn(`the rest of an unfinished proof is gone (${jobId})`)
    } catch (error) {
      world.log.warn(`the rest of an unfinished proof cannot be removed yet (${jobId}): ${String(error)}`)
    }
  }
}

const endLimitMs = 10_000

/**
 * Ends the server of an abandoned cluster at once. A pid file may name a stranger by now, so only a process that
 * works in this very folder is ended, which Linux tells. Elsewhere PostgreSQL looks after its pid file once a minute
 * and ends when that is gone (miscinit.c, RecheckDataDirLockFile).
 */
export async function endCluster(cluster: string): Promise<void> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  if (!(pid > 1)) return
  const real = await realpath(cluster)
  const isOurs = async (): Promise<boolean> =>
    (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === real
  for (let waitedMs = 0; await isOurs(); waitedMs += 50) {
    // Asked first, so that its children end with it.
    if (waitedMs % 1000 === 0) process.kill(pid, waitedMs < endLimitMs ? 'SIGQUIT' : 'SIGKILL')
    await wait(50)
  }
}
