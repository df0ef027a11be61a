import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import type { Manifest } from '../../shared/model.ts'
import { reserveBytes } from '../backup/backup-rules.ts'
import { toolsFor } from '../backup/look-first.ts'
import { forgetBeside, noteBeside, restoreRow } from '../catalogue/restores.ts'
import { openSession, type Session } from '../postgres/session.ts'
import { parseToolVersion } from '../postgres/tool-rules.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import type { Difference } from '../verify/compare-fingerprints-rules.ts'
import { compareRestored } from '../verify/compare-restored.ts'
import { openBackup } from '../verify/open-backup.ts'
import { restoreInto } from '../verify/restore-archive.ts'
import type { Opened } from '../verify/scratch-database.ts'
import { dropBeside, makeBeside, shapeOf } from './beside.ts'
import { besideName } from './names-rules.ts'
import { readProperties, type Shape } from './properties.ts'
import type { Work } from './work.ts'
import { dropRoles, makeRoles, mapRoles } from './roles.ts'
import { nameSession } from './settle-swap.ts'
import { openElsewhere } from './target.ts'

interface Beside {
  /** Of the database that was restored. */
  readonly name: string
  /** What came out otherwise than it was taken; then nothing may take the place of the till. */
  readonly lost: readonly Difference[]
  /** What was chosen to be otherwise. */
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
}

interface Order extends Work {
  /** Private, and there already. */
  readonly folder: string
}

/**
 * Restores the backup into a database of its own on the target server and compares it with what was taken. Whatever
 * happens, `removeBeside` takes away what is not wanted of it.
 */
export async function restoreBeside(site: Site, work: Order, job: RunningJob): Promise<Beside> {
  const { authentic, order, steps, folder, missingRoles } = work
  const name = besideName(work.database, 'new', job.id)
  await refuseWithoutRoom(site, folder, authentic.manifest)
  const opened = await steps.time('Opened the backup', () =>
    openBackup(
      site,
      authentic,
      { into: folder, account: undefined, signal: job.signal, isAwaited: true },
      job,
    ),
  )
  if ('length' in opened) return { name, lost: opened, differences: [], notes: [] }

  job.enter('restore')
  const session = await openElsewhere(order.target, [work.database, name])
  try {
    await nameSession(session, job.id)
    const globals = await readFile(opened.globals, 'utf8')
    await makeRoles(session, { choice: order.roles, missing: missingRoles, globals, jobId: job.id })
    noteBeside(site.catalogue, job.id, { beside: name })
    const oid = await makeBeside(session, { name, shape: await shapeFor(session, work) })
    noteBeside(site.catalogue, job.id, { beside_oid: oid })
    return { name, ...(await fillAndCompare(site, { ...work, opened, name, session }, job)) }
  } finally {
    await session.end()
  }
}

/** The opened archive lies on Larder's own disk for the length of the restore. */
async function refuseWithoutRoom({ world }: Site, folder: string, { archive }: Manifest): Promise<void> {
  const { freeBytes, totalBytes } = await world.space(folder)
  const needBytes = archive.plainBytes + reserveBytes(totalBytes)
  if (freeBytes >= needBytes) return
  const values = { free: formatBytes(freeBytes, 'en'), need: formatBytes(needBytes, 'en') }
  throw new FaultError('RESTORE_NO_ROOM', {
    values,
    detail: `The opened backup needs the room in ${folder}.`,
  })
}

/** Of the live database, whose locale may be told more exactly than a manifest can, unless its text is stored otherwise. */
async function shapeFor(session: Session, { order, database, authentic }: Work): Promise<Shape> {
  const taken = shapeOf(authentic.manifest)
  const live = order.into === null ? (await readProperties(session, database))?.shape : undefined
  return live?.encoding === taken.encoding ? live : taken
}

interface Filling extends Order {
  readonly opened: Opened
  readonly name: string
  readonly session: Session
}

/**
 * Larder waits for the disk once, when the names are swapped. More memory builds indexes faster; compiling the checks
 * of foreign keys costs more than it wins, and so do helpers where every core has a job of its own.
 */
const sessionOptions = [
  'synchronous_commit=off',
  'maintenance_work_mem=256MB',
  'jit=off',
  ...(availableParallelism() > 2
    ? []
    : ['max_parallel_maintenance_workers=0', 'max_parallel_workers_per_gather=0']),
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

async function fillAndCompare(site: Site, filling: Filling, job: RunningJob): Promise<Omit<Beside, 'name'>> {
  const { order, steps, opened, name, missingRoles } = filling
  const { target, roles } = order
  const { tool, fingerprint } = opened.manifest
  const { pgRestore } = await toolsFor(
    parseToolVersion(`pg_restore (PostgreSQL) ${tool.version}`)?.versionNum ?? 0,
  )
  const tablespaces = await tablespacesOf(filling)
  const unrestored = await steps.time('Restored it beside', () =>
    watchingSize(filling, job, () =>
      restoreInto({ ...target, database: name }, opened, {
        pgRestore,
        account: undefined,
        signal: job.signal,
        timeLimitMs: site.limits.totalMs,
        onChild: job.onChild,
        owners: roles.kind === 'no-owner' ? 'none' : 'keep',
        tablespaces,
        lowPriority: false,
        options: sessionOptions,
      }),
    ),
  )
  if (unrestored.length > 0) return { lost: unrestored, differences: [], notes: [] }

  job.enter('compare')
  await using comparing = await openSession(target.server, name, target.password, { signal: job.signal })
  const compared = await steps.time('Compared it with what was taken', () =>
    compareRestored(comparing, fingerprint, { walkIndexes: false }),
  )
  const differences = await mapRoles(comparing, roles, missingRoles, target.server.user)
  job.signal.throwIfAborted()
  return { lost: compared.differences, differences, notes: compared.notes }
}

const Counted = z.object({ count: z.number() })

/** In place everything goes back to the disk where it was; another server has other disks. */
async function tablespacesOf({ session, order }: Filling): Promise<'keep' | 'none'> {
  if (order.into !== null) return 'none'
  const { count } = await session.one(
    Counted,
    "SELECT count(*)::integer AS count FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')",
  )
  return count > 0 ? 'keep' : 'none'
}

const Size = z.object({ bytes: z.coerce.number() })
const lookEveryMs = 1000

/** pg_restore says nothing of how far it is; how large its database has become does. */
async function watchingSize<T>(
  { session, name, opened }: Filling,
  job: RunningJob,
  work: () => Promise<T>,
): Promise<T> {
  const { database, archive } = opened.manifest
  const look = async (): Promise<void> => {
    const { bytes } = await session.one(Size, 'SELECT pg_database_size($1::name) AS bytes', [name])
    const share = Math.min(1, bytes / Math.max(1, database.bytes))
    job.onProgress({ plainBytes: Math.round(share * archive.plainBytes), storedBytes: 0, table: null })
  }
  const timer = setInterval(() => void look().catch(() => undefined), lookEveryMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

/**
 * Takes away what `restoreBeside` made and nobody wants, roles and all; nothing happens when it made nothing. Never
 * throws: what cannot be removed now stays written down, for the next start or the next restore to remove.
 */
export async function removeBeside(
  { world, catalogue }: Site,
  { order, missingRoles }: Work,
  jobId: string,
): Promise<void> {
  const { beside } = restoreRow(catalogue, jobId)
  if (beside === null) return
  try {
    // Another session than before: the server may have come back in the meantime.
    await using session = await openElsewhere(order.target, [beside])
    await dropBeside(session, beside)
    await dropRoles(session, order.roles.kind === 'no-owner' ? [] : missingRoles, world.log)
    forgetBeside(catalogue, jobId)
  } catch (error) {
    world.log.error(`${beside} is left for the next start to drop: ${String(error)}`)
  }
}
