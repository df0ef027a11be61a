import { hostname, userInfo } from 'node:os'
import { homeZone, toInstant } from '../../shared/calendar.ts'
import { toFault, type Fault } from '../../shared/fault.ts'
import type { Backup, Server } from '../../shared/model.ts'
import type { RestoreKind, RestoreResult, RestoreState } from '../../shared/restore-model.ts'
import { manifest as recorded } from '../catalogue/backups.ts'
import { beginRestore, endRestore } from '../catalogue/restores.ts'
import type { Site } from '../site.ts'
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
    endRestore(catalogue, id, { state: stateOf(found), result: found, ...(keptUntil ? { keptUntil } : {}) })
    const result = { ...found, report: await report(site, { ...facts, result: found, fault: null }) }
    endRestore(catalogue, id, { state: stateOf(result), result })
    return result
  } catch (error) {
    endRestore(catalogue, id, { state: 'failed' })
    await report(site, { ...facts, result: null, fault: toFault(error) })
    throw error
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
      losses: null,
      timeZone: homeZone(),
      locale: 'en',
    })
  } catch (error) {
    world.log.warn(`the report of restore ${reporting.id} could not be written: ${String(error)}`)
    return null
  }
}
