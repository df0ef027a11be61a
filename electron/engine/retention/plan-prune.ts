import { randomUUID } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { toInstant } from '../../shared/calendar.ts'
import { FaultError } from '../../shared/fault.ts'
import { retentionOf, type Freeze, type PrunePlan, type Verdict } from '../../shared/retention-model.ts'
import { freezeTexts, sayVerdict } from '../../shared/texts-retention.ts'
import { requireBackupFolder } from '../backup/backup-folder.ts'
import { runningJobs } from '../catalogue/job-history.ts'
import { knownDatabases } from '../catalogue/known-databases.ts'
import { isAlive } from '../catalogue/process-identity.ts'
import { lastRun, lastWrittenAt, retainedBackups, type Retained } from '../catalogue/retained.ts'
import { scheduleState } from '../catalogue/schedule-state.ts'
import { keptForDays } from '../restore/record.ts'
import { offsetsOf } from '../schedule/zone.ts'
import { timeZoneOf, type Site } from '../site.ts'
import { freezeOf } from './freeze-rules.ts'
import { clockPlayMs, decide, floorOf } from './retention-rules.ts'
import { filesOf } from './stored-files-rules.ts'

const dayMs = 86_400_000

/** What retention would do now, and why: of all databases that ever had a backup, or of some. Changes nothing. */
export async function planPrune(
  site: Site,
  databases: readonly string[] = knownDatabases(site.catalogue),
): Promise<PrunePlan> {
  const now = site.world.now()
  const away = await isAway(site)
  const plans: PrunePlan['databases'] = []
  for (const database of databases) plans.push(await planFor(site, database, { now, away }))
  return { id: randomUUID(), madeAt: toInstant(now), databases: plans }
}

async function planFor(
  site: Site,
  database: string,
  { now, away }: { readonly now: number; readonly away: boolean },
): Promise<PrunePlan['databases'][number]> {
  const { catalogue, settings } = site
  const policy = retentionOf(settings.plan)
  const offsetAt = offsetsOf(timeZoneOf(settings))
  const copies = retainedBackups(catalogue, {
    database,
    folder: settings.folder,
    safeSince: now - keptForDays * dayMs,
  })
  const freeze = away
    ? 'folder'
    : await freezeFor(site, { database, copies, now, floor: policy.floor, offsetAt })
  const place = { days: policy.days.thisPc, keepsAll: true }
  const backups = decide(copies, policy, { now, offsetAt, place }).map(({ copy, verdict: wanted }) => {
    const verdict: Verdict =
      freeze !== null && wanted.action === 'delete' ? { action: 'keep', because: 'frozen' } : wanted
    const { id, takenAt, bytes } = copy
    return { id, takenAt: toInstant(takenAt), bytes, verdict, text: sayVerdict(verdict, policy) }
  })
  return {
    database,
    freeze: freeze === null ? null : { code: freeze, text: freezeTexts[freeze] },
    backups,
  }
}

interface Looking {
  readonly database: string
  readonly copies: readonly Retained[]
  readonly now: number
  readonly floor: number
  readonly offsetAt: (moment: number) => number
}

async function freezeFor(
  site: Site,
  { database, copies, now, floor, offsetAt }: Looking,
): Promise<Freeze | null> {
  const { catalogue } = site
  const schedule = scheduleState(catalogue)
  const all = copies.filter(({ isGood }) => isGood)
  const good = all.filter(({ takenAt }) => takenAt <= now + clockPlayMs)
  const seen = [lastWrittenAt(catalogue), schedule?.settledTo ?? null].filter((at) => at !== null)
  const freeze = freezeOf({
    now,
    lastSeenAt: seen.length === 0 ? null : Math.max(...seen),
    jumpedAt: schedule?.jumpedAt ?? null,
    backups: all.length,
    futureBackups: all.length - good.length,
    isBusy: isBusy(site, database),
    lastRun: lastRun(catalogue, database),
    good,
    offsetAt,
  })
  if (freeze !== null) return freeze
  const counted = [...floorOf(copies, floor, now), ...good.slice(0, 1)]
  return (await areThere(site.settings.folder, counted)) ? null : 'files'
}

/** Something has the database, or reads one of its backups, which must not be taken away meanwhile. */
export const isBusy = ({ catalogue, world }: Site, database: string): boolean =>
  runningJobs(catalogue).some(
    ({ job, owner, heartbeatAtMs }) =>
      job.kind !== 'export' && job.database === database && isAlive(owner, world.now(), heartbeatAtMs),
  )

async function isAway({ settings }: Site): Promise<boolean> {
  try {
    await requireBackupFolder(settings)
    return false
  } catch (error) {
    if (error instanceof FaultError && error.code === 'DEST_UNAVAILABLE') return true
    throw error
  }
}

/** An empty folder with the marker still in it must not pass for one that is full of backups. */
async function areThere(folder: string, copies: readonly Retained[]): Promise<boolean> {
  for (const { file, bytes } of copies) {
    const { manifest, globals } = filesOf(file) ?? {}
    for (const name of [file, manifest, globals]) {
      const found = name === undefined ? undefined : await lstat(join(folder, name)).catch(() => undefined)
      if (!found?.isFile() || (name === file && found.size !== bytes)) return false
    }
  }
  return true
}
