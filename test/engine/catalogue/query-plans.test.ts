import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import {
  backup,
  latestIntact,
  latestProven,
  listBackups,
  newestIntactPerDatabase,
  newestProvenPerDatabase,
  totals,
} from '../../../electron/engine/catalogue/backups.ts'
import type { Catalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { recordCheck } from '../../../electron/engine/catalogue/checks.ts'
import { reconcile } from '../../../electron/engine/catalogue/interrupted-jobs.ts'
import {
  recentJobs,
  runningJobs,
  unresolvedFailures,
  untoldJobs,
} from '../../../electron/engine/catalogue/job-history.ts'
import { beginJob } from '../../../electron/engine/catalogue/jobs.ts'
import { knownDatabases } from '../../../electron/engine/catalogue/known-databases.ts'
import { newestGood } from '../../../electron/engine/catalogue/due-backups.ts'
import { decidedSlots, openSlots } from '../../../electron/engine/catalogue/slots.ts'
import { thisProcess } from '../../../electron/engine/catalogue/process-identity.ts'
import { record, tempCatalogue } from './temp-catalogue.ts'

const before = { takenAt: '2026-06-01T03:30:00.000Z', id: 'b9' }

const questions: Record<string, (catalogue: Catalogue) => unknown> = {
  'one backup': (one) => backup(one, 'b1'),
  'the newest 50': (one) => listBackups(one, { limit: 50 }),
  'the newest 50 of one database': (one) => listBackups(one, { database: 'pos', limit: 50 }),
  'the next 50': (one) => listBackups(one, { before, limit: 50 }),
  'the next 50 of one database': (one) => listBackups(one, { database: 'pos', before, limit: 50 }),
  'the latest intact one of a database': (one) => latestIntact(one, 'pos'),
  'the latest proven one of a database': (one) => latestProven(one, 'pos'),
  'the latest intact one per database': newestIntactPerDatabase,
  'the latest proven one per database': newestProvenPerDatabase,
  'what is running': runningJobs,
  'what went wrong and is not made good': unresolvedFailures,
  'what was not told yet': untoldJobs,
  'what must be cleared': (one) => reconcile(one, Date.now()),
  'the jobs of one backup': (one) => recentJobs(one, { limit: 50, backupId: 'b1' }),
  'the known databases': knownDatabases,
  'the slots that wait': openSlots,
  'what became of the last slot': (one) => decidedSlots(one, 'backup', 1),
  'the newest good one that is not dated ahead': (one) => newestGood(one, 'pos', 0),
  totals,
}

describe('the catalogue finds by an index, without reading every row,', () => {
  it.each(Object.entries(questions))('%s', (_, ask) => {
    const statements: string[] = []
    using temp = tempCatalogue({ trace: (sql) => statements.push(sql) })
    for (const database of ['pos', 'stock']) {
      const id = `b-${database}`
      record(temp.catalogue, { id, database, takenAt: 0 })
      const proof = {
        kind: 'proof',
        verdict: 'proven',
        differences: [],
        startedAt: 0,
        durationMs: 0,
      } as const
      recordCheck(temp.catalogue, { backupId: id, ...proof })
      beginJob(temp.catalogue, { kind: 'backup', database, owner: thisProcess(), now: 0 })
    }
    statements.length = 0
    ask(temp.catalogue)

    const planner = new Sqlite(temp.file)
    const steps = statements.flatMap((sql) => planner.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(detail))
    planner.close()
    expect(steps.filter((step) => step.startsWith('SEARCH'))).not.toEqual([])
    expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual([])
  })
})

const detail = (row: unknown): string => (row as { detail: string }).detail
