import { FaultError } from '../../shared/fault.ts'
import { keepingReserve } from '../backup/keep-reserve.ts'
import { toolsFor } from '../backup/look-first.ts'
import { noteBeside } from '../catalogue/restores.ts'
import { readFingerprint } from '../postgres/fingerprint.ts'
import { inspectServer } from '../postgres/inspect.ts'
import { openSession, type Session } from '../postgres/session.ts'
import type { ToolSet } from '../postgres/tool-rules.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import type { Difference } from '../verify/compare-fingerprints-rules.ts'
import { dropBeside, makeBeside, oidOf } from './beside.ts'
import { fillFromForeign, requireSafeTool } from './foreign-tool.ts'
import { besideName } from './names-rules.ts'
import { openForeign, type ForeignArchive } from './open-foreign.ts'
import { readProperties, type Shape } from './properties.ts'
import { inRestoreFolder } from './restore-folder.ts'
import { swap } from './swap.ts'
import { openElsewhere, type Target } from './target.ts'

export interface ForeignOrder {
  readonly file: string
  /** The name of the new database. */
  readonly into: string
  /** Somebody said that they know where the file comes from. */
  readonly confirmed: boolean
  readonly target: Target
}

interface Restored {
  readonly differences: readonly Difference[]
  readonly notes: readonly string[]
  readonly tables: number
  readonly rows: number
}

/**
 * Restores a file that Larder did not make into a new database. No PostgreSQL tool sees it before somebody confirmed
 * it and the tool is known to be safe (INV-22). Whatever is thrown, nothing of it remains on the server or this disk.
 */
export async function restoreForeign(site: Site, order: ForeignOrder, job: RunningJob): Promise<Restored> {
  if (!order.confirmed) throw new FaultError('FOREIGN_UNCONFIRMED')
  job.enter('inspect')
  const beside = besideName(order.into, 'new', job.id)
  await using session = await openElsewhere(order.target, [order.into, beside])
  await refuseTaken(session, order.into)
  const tools = await toolsFor((await inspectServer(session)).versionNum)
  return await inRestoreFolder(site, job.id, async (folder) => {
    // The disk that is watched is the one where the file is unpacked.
    const here = { ...site, settings: { ...site.settings, folder } }
    return await keepingReserve(here, job.signal, async (signal) => {
      job.enter('check')
      const archive = await openForeign(order.file, { into: folder, world: site.world, signal })
      requireSafeTool(archive, tools)
      return await restoreBeside(site, { ...order, archive, tools, session, beside }, { ...job, signal })
    })
  })
}

async function refuseTaken(session: Session, into: string): Promise<void> {
  if ((await oidOf(session, into)) !== undefined) throw taken(into)
}

const taken = (into: string): FaultError =>
  new FaultError('RESTORE_NAME_TAKEN', { values: { database: into } })

interface Work extends ForeignOrder {
  readonly archive: ForeignArchive
  readonly tools: ToolSet
  /** In another database of the same server. */
  readonly session: Session
  readonly beside: string
}

async function restoreBeside(site: Site, work: Work, job: RunningJob): Promise<Restored> {
  const { session, beside } = work
  job.enter('restore')
  noteBeside(site.catalogue, job.id, { beside })
  try {
    const oid = await makeBeside(session, { name: beside, shape: await usualShape(session) })
    noteBeside(site.catalogue, job.id, { beside_oid: oid })
    await fillFromForeign(work.archive, {
      ...work,
      ...job,
      database: beside,
      timeLimitMs: site.limits.totalMs,
    })
    job.enter('compare')
    const counted = await count(work, job.signal)
    job.signal.throwIfAborted()
    job.enter('swap')
    await takeName(work)
    return counted
  } catch (error) {
    await dropBeside(session, beside).catch((problem: unknown) => {
      site.world.log.error(`${beside} is left for the next start to drop: ${String(problem)}`)
    })
    throw error
  }
}

/** As every new database of this server is made. */
async function usualShape(session: Session): Promise<Shape> {
  const found = await readProperties(session, 'template0')
  if (found === undefined) throw new FaultError('DB_NOT_FOUND', { values: { database: 'template0' } })
  return found.shape
}

async function count({ target, beside, archive }: Work, signal: AbortSignal): Promise<Restored> {
  await using session = await openSession(target.server, beside, target.password, { signal })
  // What the file brought along stays quiet while we look.
  await session.run('SET session_replication_role = replica').catch(() => undefined)
  const { tables } = await readFingerprint(session)
  await session.run('RESET search_path; ANALYZE')
  // As with a backup: rows of a partitioned table are those of its partitions, and a materialized view repeats rows.
  const rows = tables.filter(({ kind }) => kind === 'table').reduce((sum, table) => sum + table.rows, 0)
  const named = tables.filter(({ kind }) => kind !== 'matview')
  const held = `The file held ${named.length} tables with ${rows} rows.`
  // Text names owners and rights itself.
  const owned = archive.kind === 'sql' ? [] : [`Everything in it belongs to ${target.server.user}.`]
  return { differences: [unsigned], notes: [held, ...owned], tables: named.length, rows }
}

const unsigned: Difference = { object: 'archive', expected: 'a manifest signed by this site', found: 'none' }

/** Somebody may have made a database of that name in the meantime. */
async function takeName({ session, target, into, beside }: Work): Promise<void> {
  await using ending = await openElsewhere(target, [into, beside])
  try {
    await swap(session, ending, { live: into, beside, keptAs: null })
  } catch (error) {
    // 42P04: duplicate_database.
    if (error instanceof FaultError && error.fault.detail?.includes('SQLSTATE 42P04')) throw taken(into)
    throw error
  }
}
