import { hostname } from 'node:os'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backup, listBackups } from '../../../electron/engine/catalogue/backups.ts'
import type { Catalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { recordCheck } from '../../../electron/engine/catalogue/checks.ts'
import {
  abandonedDeletions,
  beginDeletion,
  endDeletion,
  leaveDeletion,
  listDeletions,
} from '../../../electron/engine/catalogue/deletions.ts'
import { setPinned } from '../../../electron/engine/catalogue/pins.ts'
import { thisProcess } from '../../../electron/engine/catalogue/process-identity.ts'
import { record, tempCatalogue } from './temp-catalogue.ts'

const now = Date.UTC(2027, 10, 3)
const about = { plan: 'p1', reason: 'outlived', owner: thisProcess(), now, floor: 2, until: now }
const begin = (catalogue: Catalogue, backupId: string, more: Partial<typeof about> = {}) =>
  beginDeletion(catalogue, { ...about, backupId, ...more })
const prove = (catalogue: Catalogue, backupId: string): void =>
  recordCheck(catalogue, {
    backupId,
    kind: 'proof',
    verdict: 'proven',
    differences: [],
    startedAt: now,
    durationMs: 0,
  })

describe('the journal of deletions', () => {
  it('refuses what would go below the floor, whatever a plan said', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('intact', 'proven', 'corrupt', 'future', 'pinned'), { maxLength: 9 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(8), { maxLength: 20 }),
        (kinds, floor, order) => {
          using temp = tempCatalogue()
          const { catalogue } = temp
          for (const [n, kind] of kinds.entries()) {
            record(catalogue, { id: `b${n}`, takenAt: now - n + (kind === 'future' ? 1e9 : 0) })
            if (kind === 'proven') prove(catalogue, `b${n}`)
            if (kind === 'pinned') setPinned(catalogue, `b${n}`, now)
            if (kind === 'corrupt') {
              const check = { kind: 'integrity', verdict: 'corrupt', differences: [] } as const
              recordCheck(catalogue, { ...check, backupId: `b${n}`, startedAt: now, durationMs: 0 })
            }
          }
          for (const n of order) {
            const seq = begin(catalogue, `b${n}`, { floor })
            // Every other one stays claimed for a while: it must not be counted on any more.
            if (seq !== undefined && n % 2 === 0)
              endDeletion(catalogue, { seq, backupId: `b${n}` }, 'deleted', now)
          }
          const claimed = new Set(
            abandonedDeletions(catalogue, now, () => false).map(({ backupId }) => backupId),
          )
          const left = kinds
            .map((kind, n) => ({ kind, id: `b${n}` }))
            .filter(({ id }) => backup(catalogue, id) !== undefined && !claimed.has(id))
          const count = (...wanted: string[]): number =>
            left.filter(({ kind }) => wanted.includes(kind)).length
          const had = (...wanted: string[]): number => kinds.filter((kind) => wanted.includes(kind)).length
          expect(count('intact', 'proven', 'pinned')).toBeGreaterThanOrEqual(
            Math.min(floor, had('intact', 'proven', 'pinned')),
          )
          expect(count('proven')).toBeGreaterThanOrEqual(Math.min(floor, had('proven')))
          for (const kind of ['corrupt', 'future', 'pinned']) expect(count(kind)).toBe(had(kind))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('gives a backup to one only, and takes it off the list with its own end', () => {
    using temp = tempCatalogue()
    const { catalogue } = temp
    for (const [n, id] of ['b0', 'b1', 'b2', 'b3'].entries()) record(catalogue, { id, takenAt: now - n })
    const seq = begin(catalogue, 'b3')
    expect([seq, begin(catalogue, 'b3'), begin(catalogue, 'nobody')]).toEqual([1, undefined, undefined])
    expect(backup(catalogue, 'b3')).toBeDefined()
    endDeletion(catalogue, { seq: 1, backupId: 'b3' }, 'deleted', now + 5)
    expect(backup(catalogue, 'b3')).toBeUndefined()
    // Told again, by somebody who was slow, it says nothing new.
    endDeletion(catalogue, { seq: 1, backupId: 'b3' }, 'undone', now + 9)
    expect(listDeletions(catalogue, 9)).toEqual([
      {
        seq: 1,
        plan: 'p1',
        backupId: 'b3',
        database: 'pos',
        takenAt: now - 3,
        folder: '/backups',
        file: 'trattoria/pos/2026/01/pos-b3.dump.zst.age',
        reason: 'outlived',
        owner: thisProcess(),
        begunAt: now,
        endedAt: now + 5,
        outcome: 'deleted',
      },
    ])
  })

  it('leaves a backup on the list that another destination holds', () => {
    using temp = tempCatalogue()
    const { catalogue } = temp
    for (const [n, id] of ['b0', 'b1', 'b2'].entries()) record(catalogue, { id, takenAt: now - n })
    catalogue.run("INSERT INTO copies (backup_id, destination, state) VALUES ('b2', 'cloud', 'present')")
    const seq = begin(catalogue, 'b2') ?? 0
    endDeletion(catalogue, { seq, backupId: 'b2' }, 'deleted', now)
    expect(backup(catalogue, 'b2')?.copies).toEqual([{ destination: 'cloud', state: 'present' }])
    expect(listBackups(catalogue, { limit: 9 })).toHaveLength(3)
  })

  it('hands out what nobody is at work at: left, of a dead process, or far too old', () => {
    using temp = tempCatalogue()
    const { catalogue } = temp
    for (let n = 0; n < 9; n += 1) record(catalogue, { id: `b${n}`, takenAt: now - n })
    const dead = { pid: 2 ** 22 + 7, startedAt: 'long ago', host: hostname() }
    begin(catalogue, 'b8')
    begin(catalogue, 'b7', { owner: dead })
    begin(catalogue, 'b6', { now: now - 3_600_000 })
    leaveDeletion(catalogue, begin(catalogue, 'b5') ?? 0)
    expect(abandonedDeletions(catalogue, now).map(({ backupId }) => backupId)).toEqual(['b7', 'b6', 'b5'])
  })
})
