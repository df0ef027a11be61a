import { FaultError, toFault, type Fault } from '../../shared/fault.ts'
import { retentionOf, type PrunePlan } from '../../shared/retention-model.ts'
import { storedBackup } from '../catalogue/retained.ts'
import type { Site } from '../site.ts'
import { deleteBackup } from './delete-backup.ts'
import { finishDeletions } from './finish-deletions.ts'
import { isBusy, planPrune } from './plan-prune.ts'

/** What came of a plan. */
export interface Pruned {
  readonly plan: PrunePlan
  readonly deleted: readonly string[]
  /** What the plan says should go and could not; the next plan says so again. */
  readonly left: readonly { readonly id: string; readonly fault: Fault }[]
  readonly freedBytes: number
}

interface Pruning {
  /** Unsaid: all that ever had a backup. */
  readonly databases?: readonly string[]
  readonly shown?: PrunePlan | null
}

type Planned = PrunePlan['databases'][number]['backups'][number]

/**
 * Deletes what retention gives up: makes a plan, writes it to the log, and carries it out, backup by backup. With
 * `shown` nothing goes that somebody was not shown before. One that is held by another program does not keep the
 * others, and is tried again next time. Throws only for what is not about one backup.
 */
export async function prune(site: Site, { databases, shown = null }: Pruning = {}): Promise<Pruned> {
  await finishDeletions(site)
  const plan = onlyShown(await planPrune(site, databases), shown)
  const deleted: Planned[] = []
  const left: { id: string; fault: Fault }[] = []
  for (const one of plan.databases) {
    writeToLog(site, plan.id, one)
    for (const backup of condemned(one)) {
      if (isBusy(site, one.database)) break
      try {
        if (await carryOut(site, plan.id, backup)) deleted.push(backup)
      } catch (error) {
        if (!(error instanceof FaultError) || error.code.startsWith('CATALOGUE_')) throw error
        site.world.log.warn(`backup ${backup.id} stays for now: ${error.fault.detail ?? error.code}`)
        left.push({ id: backup.id, fault: error.fault })
      }
    }
  }
  const freedBytes = deleted.reduce((sum, { bytes }) => sum + bytes, 0)
  return { plan, deleted: deleted.map(({ id }) => id), left, freedBytes }
}

/**
 * What is run after every good backup of a database (INV-12). Never throws: a backup is not worth less because
 * something old could not be deleted.
 */
export async function pruneAfterBackup(site: Site, database: string): Promise<Pruned | undefined> {
  try {
    return await prune(site, { databases: [database] })
  } catch (error) {
    const { code, detail } = toFault(error)
    site.world.log.error(`nothing more is deleted of ${database} now: ${code} ${detail ?? ''}`)
    return undefined
  }
}

/** The deletions of a plan, oldest first: a run that is cut off has given up the least. */
export const condemned = ({ backups }: PrunePlan['databases'][number]): readonly Planned[] =>
  backups.filter(({ verdict }) => verdict.action === 'delete').toReversed()

function onlyShown(plan: PrunePlan, shown: PrunePlan | null): PrunePlan {
  if (shown === null) return plan
  const ids = new Set(shown.databases.flatMap(condemned).map(({ id }) => id))
  const databases = plan.databases.map((one) => ({
    ...one,
    backups: one.backups.filter(({ id, verdict }) => verdict.action === 'keep' || ids.has(id)),
  }))
  return { ...plan, databases }
}

async function carryOut(site: Site, plan: string, { id, verdict }: Planned): Promise<boolean> {
  const copy = storedBackup(site.catalogue, id)
  if (copy === undefined) return false
  const { floor } = retentionOf(site.settings.plan)
  const isGone = await deleteBackup(site, copy, { plan, reason: verdict.because, floor })
  site.world.log.info(`backup ${id} ${isGone ? 'is deleted' : 'stays after all'} (${verdict.because})`)
  return isGone
}

function writeToLog({ world }: Site, plan: string, one: PrunePlan['databases'][number]): void {
  const { database, freeze, backups } = one
  const going = condemned(one).map(({ id, verdict }) => `${id} (${verdict.because})`)
  const what = going.length === 0 ? 'deletes nothing' : `deletes ${going.join(', ')}`
  const why = freeze === null ? '' : `; frozen: ${freeze.code}`
  world.log.info(`retention ${plan} of ${database} keeps ${backups.length - going.length}, ${what}${why}`)
}
