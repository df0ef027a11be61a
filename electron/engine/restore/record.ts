import { hostname, userInfo } from 'node:os'
import { homeZone, toInstant } from '../../shared/calendar.ts'
import { toFault, type Fault } from '../../shared/fault.ts'
import type { Backup, Server } from '../../shared/model.ts'
import type { Losses, RestoreKind, RestoreResult, RestoreState } from '../../shared/restore-model.ts'
import { manifest as recorded } from '../catalogue/backups.ts'
import { beginRestore, endRestore } from '../catalogue/restores.ts'
import type { Site } from '../site.ts'
import { lossesByCount } from './losses-rules.ts'
import { writeReport } from './report.ts'
import { countSteps, type Steps } from './steps.ts'

/** What a restore found out; the rest of a result is the same for all of them. */
export type Outcome = Omit<RestoreResult, 'id' | 'kind' | 'keptUntil' | 'durationMs' | 'report'>

/** A restore of which nothing has come yet: the till is as it was. */
export const noOutcome: Omit<Outcome, 'database'> = {
  verdict: 'not-restored',
  backupId: null,
  takenAt: null,
  safetyBackupId: null,
  keptAs: null,
  differences: [],
  notes: [],
  downtimeMs: null,
  after: null,
}

interface About {
  /** The job's. */
  readonly id: string
  readonly kind: RestoreKind
  readonly server: Server
  readonly database: string
  readonly backup: Backup | null
  /** The restore that is undone. */
  readonly undoes: string | null
  /** The file, when it is not one of Larder's backups. */
  readonly source: string | null
}

const day = 86_400_000
/** How long what was swapped out is kept. */
export const keptForDays = 14

/**
 * Writes down that a restore begins, what came of it, and a report that can be printed, whatever the end. Throws what
 * the work threw.
 */
export async function recordRestore(
  site: Site,
  about: About,
  work: (steps: Steps) => Promise<Outcome>,
): Promise<RestoreResult> {
  const { catalogue, world } = site
  const { id, kind, server, database, backup, undoes } = about
  const startedAt = world.now()
  const steps = countSteps(world)
  const facts = { ...about, startedAt, steps }
  beginRestore(catalogue, { id, kind, server, database, backup_id: backup?.id ?? null, undoes }, startedAt)
  try {
    const outcome = await work(steps)
    const endedAt = world.now()
    const keptUntil = outcome.keptAs === null ? null : endedAt + keptForDays * day
    const found: RestoreResult = {
      ...outcome,
      id,
      kind,
      keptUntil: keptUntil === null ? null : toInstant(keptUntil),
      durationMs: Math.max(0, endedAt - startedAt),
      report: null,
    }
    // First without the report, because a swap that is not written down cannot be undone.
    writeDown(site, id, { state: stateOf(found), result: found, ...(keptUntil ? { keptUntil } : {}) })
    const result = { ...found, report: await report(site, { ...facts, result: found, fault: null }) }
    writeDown(site, id, { state: stateOf(result), result, report: result.report })
    return result
  } catch (error) {
    writeDown(site, id, { state: 'failed' })
    const path = await report(site, { ...facts, result: null, fault: toFault(error) })
    writeDown(site, id, { state: 'failed', report: path })
    throw error
  }
}

/**
 * What has happened to the till has happened, whether it can be written down or not. What is missing here is found out
 * from the server at the next start (finish-interrupted.ts).
 */
function writeDown({ catalogue, world }: Site, id: string, end: Parameters<typeof endRestore>[2]): void {
  try {
    endRestore(catalogue, id, end)
  } catch (error) {
    world.log.error(`the end of restore ${id} could not be written yet: ${toFault(error).detail ?? ''}`)
  }
}

const stateOf = ({ verdict, keptAs }: RestoreResult): RestoreState => {
  if (verdict === 'not-restored') return 'failed'
  return keptAs === null ? 'done' : 'kept'
}

interface Reporting extends About {
  readonly startedAt: number
  readonly steps: Steps
  readonly result: RestoreResult | null
  readonly fault: Fault | null
}

/** Null when it cannot be written, which is no reason to call a restore failed. */
async function report(site: Site, reporting: Reporting): Promise<string | null> {
  const { world, settings, catalogue } = site
  const { server, backup, steps } = reporting
  const manifest = backup && recorded(catalogue, backup.id)
  try {
    return await writeReport(world.dataFolder, {
      ...reporting,
      siteName: settings.site.name,
      server: `${server.host}:${server.port}`,
      who: `${userInfo().username}@${hostname()}`,
      steps: steps.taken,
      endedAt: world.now(),
      backup:
        backup && manifest
          ? {
              id: backup.id,
              takenAt: backup.takenAt,
              server: manifest.server,
              tool: manifest.tool,
              bytes: backup.bytes,
              tables: backup.tables,
              rows: backup.rows,
            }
          : null,
      losses: lossesIn(site, reporting),
      timeZone: homeZone(),
      locale: 'en',
    })
  } catch (error) {
    world.log.warn(`the report of restore ${reporting.id} could not be written: ${String(error)}`)
    return null
  }
}

/** The safety backup has counted the till just before. */
function lossesIn({ catalogue }: Site, { result, backup }: Reporting): Losses | null {
  const safetyBackupId = result?.safetyBackupId ?? null
  if (safetyBackupId === null || backup === null) return null
  const [before, taken] = [recorded(catalogue, safetyBackupId), recorded(catalogue, backup.id)]
  if (before === undefined || taken === undefined) return null
  return { takenAt: taken.takenAt, tables: lossesByCount(taken.fingerprint, before.fingerprint) }
}
