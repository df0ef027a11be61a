import { fromInstant, sayWhen, toInstant } from '../../shared/calendar.ts'
import type { Backup, Job, Status } from '../../shared/model.ts'
import { scheduleOf } from '../../shared/schedule-model.ts'
import { latestIntact, latestProven, listBackups } from '../catalogue/backups.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import { checksOf } from '../catalogue/checks.ts'
import { runningJobs, unresolvedFailures } from '../catalogue/job-history.ts'
import { keptRestores } from '../catalogue/restores.ts'
import { scheduleState } from '../catalogue/schedule-state.ts'
import { openSlots } from '../catalogue/slots.ts'
import { expiring } from '../restore/expire-rules.ts'
import { graceMs, maxAges, nextBackupAt, pauseAt } from '../schedule/schedule-rules.ts'
import { offsetsOf } from '../schedule/zone.ts'
import { timeZoneOf, type Site } from '../site.ts'
import { judge } from './health-rules.ts'

/**
 * Gathers what the catalogue knows and lets the rules judge. `databases` are the ones that the plan covers; asking
 * the server for them is the caller's, since health must not depend on a server that may be down.
 */
export function readStatus(site: Site, databases: readonly string[]): Status {
  const { catalogue, settings, world } = site
  const now = world.now()
  const failures = unresolvedFailures(catalogue)
  const place = { locale: 'en', timeZone: timeZoneOf(settings) }
  const setUpAt = settings.setUpAt === undefined ? now : fromInstant(settings.setUpAt)
  const { recoveryMadeAt } = settings.keys
  const facts = databases.map((name) => databaseFacts(site, name, failures))
  const { nextSlotAt, ...schedule } = scheduleFacts(site, now)
  const verdict = judge({
    now,
    setUpAt,
    keyMadeAt: recoveryMadeAt === undefined ? setUpAt : fromInstant(recoveryMadeAt),
    ...schedule,
    databases: facts,
    running: whatRuns(runningJobs(catalogue).map(({ job }) => job.kind)),
    expiring: expiring(keptRestores(catalogue), now),
    encrypted: settings.keys.recoveryRecipient !== null,
    recoveryConfirmed: settings.keys.recoveryConfirmedAt !== null,
    sayWhen: (at) => sayWhen(at, now, place),
  })
  return {
    ...verdict,
    nextSlotAt,
    lastIntactAt: oldestInstant(databases.map((name) => latestIntact(catalogue, name)?.takenAt)),
    lastProvenAt: oldestInstant(databases.map((name) => latestProven(catalogue, name)?.takenAt)),
  }
}

function scheduleFacts({ catalogue, settings }: Site, now: number) {
  const plan = scheduleOf(settings.plan)
  const state = scheduleState(catalogue)
  const until = state === undefined ? null : pauseAt(state, now)
  const due = openSlots(catalogue).findLast(({ task, state: is }) => task === 'backup' && is === 'due')
  const facts = { now, pausedUntil: until, nextTryAt: due?.nextTryAt ?? null }
  const next = nextBackupAt(plan.backup, facts, offsetsOf(timeZoneOf(settings)))
  return {
    maxAgeMs: maxAges(plan),
    late: due !== undefined && now - due.at > graceMs ? { at: due.at, reason: due.reason } : null,
    paused: until === null ? null : { since: state?.pausedAt ?? now, until },
    nextSlotAt: next === null ? null : toInstant(next),
  }
}

function whatRuns(kinds: readonly Job['kind'][]): 'backup' | 'restore' | null {
  if (kinds.includes('restore') || kinds.includes('undo')) return 'restore'
  return kinds.includes('backup') ? 'backup' : null
}

function databaseFacts({ catalogue }: Site, name: string, failures: readonly Job[]) {
  const intact = latestIntact(catalogue, name)
  const proven = latestProven(catalogue, name)
  const [newest] = listBackups(catalogue, { database: name, limit: 1 })
  const failed = failures.find(({ database }) => database === name)
  const failure = failed?.fault
    ? {
        code: failed.fault.code,
        text: failed.fault.text,
        at: fromInstant(failed.endedAt ?? failed.startedAt),
      }
    : null
  return {
    name,
    intactAt: intact ? fromInstant(intact.takenAt) : null,
    provenAt: proven ? fromInstant(proven.takenAt) : null,
    failure,
    newestBadSince: newest === undefined ? null : badSince(catalogue, newest),
  }
}

/** When the first of the checks in a row that found it bad came to its end; null when it is not bad. */
function badSince(catalogue: Catalogue, { id, state, takenAt, checkedAt }: Backup): number | null {
  if (state !== 'corrupt' && state !== 'missing') return null
  const checks = checksOf(catalogue, id)
  const good = checks.findIndex(({ verdict }) => verdict !== 'corrupt' && verdict !== 'missing')
  const first = checks.slice(0, good === -1 ? checks.length : good).at(-1)
  return first === undefined ? fromInstant(checkedAt ?? takenAt) : first.startedAt + first.durationMs
}

/** The site can only go back to where its worst covered database can. */
function oldestInstant(instants: readonly (string | undefined)[]): string | null {
  const known = instants.filter((instant) => instant !== undefined)
  return known.length === instants.length ? (known.toSorted()[0] ?? null) : null
}
