import { describe, expect, it } from 'vitest'
import { FaultError } from '../../../electron/shared/fault.ts'
import { knownDatabases } from '../../../electron/engine/catalogue/known-databases.ts'
import { markCleared, reconcile } from '../../../electron/engine/catalogue/interrupted-jobs.ts'
import {
  job,
  markTold,
  recentJobs,
  runningJobs,
  unresolvedFailures,
  untoldJobs,
} from '../../../electron/engine/catalogue/job-history.ts'
import { beginJob, endJob, heartbeat, type JobEnd } from '../../../electron/engine/catalogue/jobs.ts'
import { identify, thisProcess } from '../../../electron/engine/catalogue/process-identity.ts'
import type { Catalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { record, tempCatalogue } from './temp-catalogue.ts'

const now = Date.UTC(2026, 5, 1, 3, 30)
const dead = (): boolean => false
const failed = {
  state: 'failed',
  fault: new FaultError('DB_UNREACHABLE', { detail: 'refused' }).fault,
} as const

const begin = (catalogue: Catalogue, database = 'pos', kind: 'backup' | 'verify' = 'backup'): string =>
  beginJob(catalogue, { kind, database, owner: thisProcess(), now })

function ended(catalogue: Catalogue, end: JobEnd, database = 'pos'): string {
  const id = begin(catalogue, database)
  endJob(catalogue, id, end, now + 1000)
  return id
}

describe('a job', () => {
  it('is running until it ends, and says how far it is', () => {
    using temp = tempCatalogue()
    const id = begin(temp.catalogue)
    expect(heartbeat(temp.catalogue, id, { phase: 'dump', bytes: 5 }, now + 1000)).toBe(true)
    expect(heartbeat(temp.catalogue, id, { storedBytes: 2 }, now + 2000)).toBe(true)
    const progress = { phase: 'dump', bytes: 5, storedBytes: 2, startedAtMs: now, heartbeatAtMs: now + 2000 }
    expect(runningJobs(temp.catalogue)).toMatchObject([
      { job: { id, state: 'running' }, owner: thisProcess(), ...progress },
    ])

    expect(endJob(temp.catalogue, id, { state: 'done', backupId: 'b1' }, now + 3000)).toBe(true)
    expect(runningJobs(temp.catalogue)).toEqual([])
    const times = { startedAt: '2026-06-01T03:30:00.000Z', endedAt: '2026-06-01T03:30:03.000Z' }
    const rest = { id, kind: 'backup', database: 'pos', state: 'done', backupId: 'b1', fault: null }
    expect(job(temp.catalogue, id)).toEqual({ ...rest, ...times })
  })

  it('ends once: a later end and a late heartbeat are told so and change nothing', () => {
    using temp = tempCatalogue()
    const id = ended(temp.catalogue, failed)
    const before = job(temp.catalogue, id)
    expect(endJob(temp.catalogue, id, { state: 'done', backupId: 'b1' }, now + 9000)).toBe(false)
    expect(heartbeat(temp.catalogue, id, { bytes: 99 }, now + 9000)).toBe(false)
    expect(job(temp.catalogue, id)).toEqual(before)
    expect(before?.fault).toEqual(failed.fault)
  })

  it('of one database does not keep another database waiting, nor a check of the same one', () => {
    using temp = tempCatalogue()
    const ids = [
      begin(temp.catalogue),
      begin(temp.catalogue, 'stock'),
      begin(temp.catalogue, 'pos', 'verify'),
    ]
    expect(runningJobs(temp.catalogue).map((one) => one.job.id)).toEqual(ids)
    expect(() => begin(temp.catalogue)).toThrow(expect.objectContaining({ code: 'ALREADY_RUNNING' }))
    expect(() => begin(temp.catalogue)).toThrow('“pos”')
  })

  it('is found by the backup it is about, newest first', () => {
    using temp = tempCatalogue()
    const first = ended(temp.catalogue, { state: 'done', backupId: 'b1' })
    const second = ended(temp.catalogue, { state: 'done', backupId: 'b2' })
    const third = ended(temp.catalogue, { ...failed, backupId: 'b1' })
    const ids = (ask: { limit: number; backupId?: string }) =>
      recentJobs(temp.catalogue, ask).map(({ id }) => id)
    expect(ids({ limit: 10, backupId: 'b1' })).toEqual([third, first])
    expect(ids({ limit: 2 })).toEqual([third, second])
  })

  it('that went wrong is told once, by one teller', () => {
    using temp = tempCatalogue()
    ended(temp.catalogue, { state: 'cancelled' })
    const id = ended(temp.catalogue, failed)
    ended(temp.catalogue, { state: 'done' })
    expect(untoldJobs(temp.catalogue).map((one) => one.id)).toEqual([id])
    expect([1, 2].map(() => markTold(temp.catalogue, id, now))).toEqual([true, false])
    expect(untoldJobs(temp.catalogue)).toEqual([])
  })
})

describe('a job whose owner died', () => {
  it('becomes interrupted and leaves its files and its child to be cleared, until they are', () => {
    using temp = tempCatalogue()
    const id = begin(temp.catalogue)
    const child = identify(process.ppid)
    heartbeat(temp.catalogue, id, { partialPaths: ['/b/a.partial', '/b/g.partial'], child }, now + 60_000)
    expect(reconcile(temp.catalogue, now + 70_000)).toEqual([])

    const [left] = reconcile(temp.catalogue, now + 80_000, dead)
    expect(left).toMatchObject({
      partialPaths: ['/b/a.partial', '/b/g.partial'],
      child,
      job: { id, state: 'interrupted' },
    })
    expect(left?.job.fault).toMatchObject({ code: 'INTERRUPTED' })
    expect(left?.job.fault?.detail).toContain('2026-06-01T03:31:00.000Z')
    expect(untoldJobs(temp.catalogue).map((one) => one.id)).toEqual([id])

    expect(reconcile(temp.catalogue, now + 90_000), 'after a crash before it was cleared').toEqual([left])
    markCleared(temp.catalogue, id, now + 99_000)
    expect(reconcile(temp.catalogue, now + 99_000)).toEqual([])
  })

  it('gives its lease to the next backup, and its late end does not count', () => {
    using temp = tempCatalogue()
    const first = begin(temp.catalogue)
    const second = beginJob(
      temp.catalogue,
      { kind: 'backup', database: 'pos', owner: thisProcess(), now },
      dead,
    )
    expect(endJob(temp.catalogue, first, { state: 'done', backupId: 'late' }, now)).toBe(false)
    expect(job(temp.catalogue, first)?.state).toBe('interrupted')
    expect(runningJobs(temp.catalogue).map((one) => one.job.id)).toEqual([second])
    expect(reconcile(temp.catalogue, now).map((one) => one.job.id)).toEqual([first])
  })

  it('is noticed when its pid was given to somebody else', () => {
    using temp = tempCatalogue()
    const owner = { ...thisProcess(), startedAt: 'another boot 12' }
    const id = beginJob(temp.catalogue, { kind: 'backup', database: 'pos', owner, now })
    expect(reconcile(temp.catalogue, now).map((one) => one.job.id)).toEqual([id])
  })
})

describe('an unresolved failure', () => {
  it('is the newest end of a database, where that is no good one', () => {
    using temp = tempCatalogue()
    const { catalogue } = temp
    ended(catalogue, failed, 'made good')
    ended(catalogue, { state: 'done' }, 'made good')
    ended(catalogue, failed, 'twice bad')
    const bad = ended(catalogue, failed, 'twice bad')
    const hidden = ended(catalogue, failed, 'then cancelled')
    ended(catalogue, { state: 'cancelled' }, 'then cancelled')
    const interrupted = begin(catalogue, 'killed')
    reconcile(catalogue, now, dead)
    begin(catalogue, 'twice bad')
    expect(unresolvedFailures(catalogue).map(({ id }) => id)).toEqual([interrupted, hidden, bad])
  })

  it('does not come and go with the clock', () => {
    using temp = tempCatalogue()
    const { catalogue } = temp
    const [early, late] = [now - 86_400_000, now + 86_400_000]
    const first = beginJob(catalogue, { kind: 'backup', database: 'pos', owner: thisProcess(), now: late })
    endJob(catalogue, first, failed, late)
    const second = beginJob(catalogue, { kind: 'backup', database: 'pos', owner: thisProcess(), now: early })
    endJob(catalogue, second, { state: 'done' }, early)
    expect(unresolvedFailures(catalogue)).toEqual([])
  })
})

describe('the known databases', () => {
  it('are all that were ever backed up or tried to be', () => {
    using temp = tempCatalogue()
    record(temp.catalogue, { id: 'b1', database: 'stock', takenAt: now }, 'taken')
    ended(temp.catalogue, failed, 'pos')
    ended(temp.catalogue, { state: 'done' }, 'stock')
    ended(temp.catalogue, { state: 'cancelled' }, 'never')
    expect(knownDatabases(temp.catalogue)).toEqual(['pos', 'stock'])
  })
})
