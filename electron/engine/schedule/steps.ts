import { CancelledError, FaultError, toFault } from '../../shared/fault.ts'
import { newestGood, uncheckedSince } from '../catalogue/due-backups.ts'
import { addJob, type SlotId } from '../catalogue/slots.ts'
import { surelyNoted } from './at-work.ts'
import type { Doing, Ringing, Scheduled, Step } from './scheduled.ts'

/** A backup dated later than this is no backup of now. */
const clockPlayMs = 5 * 60_000

/** A piece of work that a slot asks for and that is not done yet. */
export interface Todo {
  readonly database: string
  readonly doIt: (doing: Doing) => Promise<Omit<Step, 'database'>>
}

/**
 * What a slot still asks for; what was done since by hand, or by an earlier try, is not done again. Undefined when there
 * is nothing at all that it could be about.
 */
export async function todosOf(engine: Scheduled, slot: SlotId): Promise<readonly Todo[] | undefined> {
  switch (slot.task) {
    case 'backup':
      return backups(engine, slot, await databasesNow(engine))
    case 'proof':
      return proofs(engine, slot)
    case 'check':
      return checks(engine, slot)
  }
  return slot.task satisfies never
}

/** True when a slot needs no run any more, as far as that can be told without asking the server. */
export function isCovered(engine: Scheduled, slot: SlotId): boolean {
  if (slot.task !== 'backup' || engine.knownDatabases.length === 0) return false
  return backups(engine, slot, engine.knownDatabases)?.length === 0
}

function backups(
  engine: Scheduled,
  { at }: SlotId,
  databases: readonly string[],
): readonly Todo[] | undefined {
  const { catalogue, world } = engine.site
  if (databases.length === 0) return undefined
  const until = world.now() + clockPlayMs
  return databases
    .filter((database) => (newestGood(catalogue, database, until)?.takenAt ?? -Infinity) < at)
    .map((database) => ({
      database,
      doIt: async (doing) => {
        const { id, state } = await engine.backUp(database, doing)
        return { backupId: id, found: state }
      },
    }))
}

/** The newest good backup of each database, unless it was proven already, or nothing newer came in a long time. */
function proofs(engine: Scheduled, { at }: SlotId): readonly Todo[] | undefined {
  const { catalogue, world } = engine.site
  const newest = engine.knownDatabases.flatMap((database) => {
    const found = newestGood(catalogue, database, world.now() + clockPlayMs)
    return found === undefined ? [] : [{ database, ...found }]
  })
  if (newest.length === 0) return undefined
  return newest
    .filter(({ takenAt, provenAt }) => provenAt === null || Math.max(takenAt, provenAt) < at)
    .map(({ database, id }) => ({
      database,
      doIt: async (doing) => ({ backupId: id, found: (await engine.prove(id, doing)).verdict }),
    }))
}

/** Every backup there is. One that was read since the slot came was read by an earlier try or by hand. */
function checks(engine: Scheduled, { at }: SlotId): readonly Todo[] | undefined {
  return uncheckedSince(engine.site.catalogue, at).map(({ id, database }) => ({
    database,
    doIt: async (doing) => ({ backupId: id, found: (await engine.verify(id, doing)).verdict }),
  }))
}

async function databasesNow(engine: Scheduled): Promise<readonly string[]> {
  try {
    return await engine.databases()
  } catch (error) {
    // The backup that is tried nonetheless records and tells what is wrong; a list that did not come would tell nobody.
    engine.site.world.log.warn(`the databases of the plan are not known: ${toFault(error).code}`)
    const { knownDatabases, site } = engine
    return knownDatabases.length > 0 ? knownDatabases : [site.settings.server.database]
  }
}

export interface Taken {
  readonly step: Step
  readonly jobIds: readonly string[]
}

/** Does one piece of work and notes its jobs with the slot. Throws only CancelledError. */
export async function take(
  { site }: Scheduled,
  slot: SlotId,
  { database, doIt }: Todo,
  { during = directly, signal }: Ringing,
): Promise<Taken> {
  const jobIds: string[] = []
  const work = async (doing: Doing): Promise<Omit<Step, 'database'>> =>
    doIt({
      ...(signal === undefined ? {} : { signal }),
      ...doing,
      report: (progress) => {
        if (!jobIds.includes(progress.jobId)) {
          jobIds.push(progress.jobId)
          surelyNoted(site, () => addJob(site.catalogue, slot, progress.jobId))
        }
        doing.report?.(progress)
      },
    })
  try {
    return { step: { database, ...(await during(work)) }, jobIds }
  } catch (error) {
    if (error instanceof CancelledError) throw error
    if (!(error instanceof FaultError)) site.world.log.error(`unforeseen: ${String(error)}`)
    return { step: { database, fault: toFault(error) }, jobIds }
  }
}

const directly: NonNullable<Ringing['during']> = async (work) => work({})
