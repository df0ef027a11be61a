import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backup } from '../../../electron/shared/model.ts'
import {
  backup,
  lastGoodRun,
  latestIntact,
  latestProven,
  listBackups,
  manifest,
  newestIntactPerDatabase,
  newestProvenPerDatabase,
  totals,
} from '../../../electron/engine/catalogue/backups.ts'
import type { Catalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { checksOf, recordCheck, setState } from '../../../electron/engine/catalogue/checks.ts'
import { sampleManifest } from '../../support/sample-manifest.ts'
import { record, tempCatalogue } from './temp-catalogue.ts'

const now = Date.UTC(2026, 5, 1, 3, 30)
const hourMs = 3_600_000

const check = (
  catalogue: Catalogue,
  backupId: string,
  verdict: 'intact' | 'corrupt' | 'missing',
  startedAt = now,
) =>
  recordCheck(catalogue, {
    backupId,
    kind: 'integrity',
    verdict,
    differences: [],
    startedAt,
    durationMs: 500,
  })
const prove = (catalogue: Catalogue, backupId: string, verdict: 'proven' | 'different' = 'proven') =>
  recordCheck(catalogue, {
    backupId,
    kind: 'proof',
    verdict,
    differences: [],
    startedAt: now,
    durationMs: 500,
  })

describe('a recorded backup', () => {
  it('is listed with everything that its manifest says', () => {
    using temp = tempCatalogue()
    const sample = { id: 'b1', takenAt: now, bytes: 10, durationMs: 8000 }
    record(temp.catalogue, sample)
    expect(backup(temp.catalogue, 'b1')).toEqual({
      id: 'b1',
      database: 'pos',
      state: 'intact',
      takenAt: '2026-06-01T03:30:00.000Z',
      file: '/backups/trattoria/pos/2026/01/pos-b1.dump.zst.age',
      bytes: 10,
      sha256: sampleManifest(sample).archive.sha256,
      plainBytes: 50,
      tables: 3,
      rows: 1012,
      durationMs: 8000,
      encrypted: true,
      serverVersion: '15.18',
      checkedAt: '2026-06-01T03:30:07.000Z',
      pinned: false,
      copies: [{ destination: 'local', state: 'present' }],
    } satisfies Backup)
    expect(manifest(temp.catalogue, 'b1')).toEqual(sampleManifest(sample))
    expect([backup(temp.catalogue, 'b2'), manifest(temp.catalogue, 'b2')]).toEqual([undefined, undefined])
  })

  it('is not called checked before it was', () => {
    using temp = tempCatalogue()
    record(temp.catalogue, { id: 'b1', takenAt: now }, 'taken')
    expect(backup(temp.catalogue, 'b1')).toMatchObject({ state: 'taken', checkedAt: null })
    expect(latestIntact(temp.catalogue, 'pos')).toBe(undefined)
  })

  it('whose row does not say what Larder writes is not believed', () => {
    using temp = tempCatalogue()
    record(temp.catalogue, { id: 'b1', takenAt: now })
    new Sqlite(temp.file).exec("UPDATE backups SET state = 'intacu'").close()
    expect(() => backup(temp.catalogue, 'b1')).toThrow(expect.objectContaining({ code: 'CATALOGUE_BROKEN' }))
  })
})

describe('the ladder', () => {
  it('is climbed and fallen off by checks, and the copy on this PC goes along', () => {
    using temp = tempCatalogue()
    const { catalogue } = temp
    record(catalogue, { id: 'b1', takenAt: now }, 'taken')
    const seen = (): unknown => {
      const one = backup(catalogue, 'b1')
      return [
        one?.state,
        one?.copies[0]?.state,
        latestIntact(catalogue, 'pos')?.id,
        latestProven(catalogue, 'pos')?.id,
      ]
    }
    expect(seen()).toEqual(['taken', 'present', undefined, undefined])
    check(catalogue, 'b1', 'intact')
    expect(seen()).toEqual(['intact', 'present', 'b1', undefined])
    prove(catalogue, 'b1')
    expect(seen()).toEqual(['proven', 'present', 'b1', 'b1'])
    check(catalogue, 'b1', 'intact')
    expect(seen(), 'a lesser check takes nothing away').toEqual(['proven', 'present', 'b1', 'b1'])
    check(catalogue, 'b1', 'corrupt')
    expect(seen()).toEqual(['corrupt', 'corrupt', undefined, undefined])
    check(catalogue, 'b1', 'missing')
    expect(seen()).toEqual(['missing', 'missing', undefined, undefined])
    check(catalogue, 'b1', 'intact')
    expect(seen(), 'the file was put back').toEqual(['proven', 'present', 'b1', 'b1'])
    setState(catalogue, 'b1', 'copied')
    check(catalogue, 'b1', 'intact')
    expect(seen()).toEqual(['copied', 'present', 'b1', 'b1'])
    prove(catalogue, 'b1', 'different')
    expect(seen(), 'a restore showed something else').toEqual(['taken', 'present', undefined, undefined])
  })

  it('remembers every check, newest first, and when the bytes were last found right', () => {
    using temp = tempCatalogue()
    record(temp.catalogue, { id: 'b1', takenAt: now })
    check(temp.catalogue, 'b1', 'intact', now + hourMs)
    const differences = [{ object: 'sha256', expected: 'a', found: 'b' }]
    const found = {
      kind: 'integrity',
      verdict: 'corrupt',
      differences,
      startedAt: now + 2 * hourMs,
      durationMs: 9,
    } as const
    recordCheck(temp.catalogue, { backupId: 'b1', ...found })
    expect(checksOf(temp.catalogue, 'b1')).toMatchObject([found, { verdict: 'intact', durationMs: 500 }])
    expect(backup(temp.catalogue, 'b1')?.checkedAt).toBe('2026-06-01T04:30:00.500Z')
  })

  it('has no place for a backup that nobody recorded', () => {
    using temp = tempCatalogue()
    const unknown = expect.objectContaining({ code: 'BACKUP_UNKNOWN' })
    expect(() => check(temp.catalogue, 'b1', 'intact')).toThrow(unknown)
    expect(() => setState(temp.catalogue, 'b1', 'missing')).toThrow(unknown)
  })
})

const ids = (found: readonly Backup[]): readonly string[] => found.map(({ id }) => id)

describe('the newest backup', () => {
  it('of each database is the newest good one, not the newest', () => {
    using temp = tempCatalogue()
    const { catalogue } = temp
    for (const database of ['pos', 'stock']) {
      record(catalogue, { id: `${database}-1`, database, takenAt: now, bytes: 7, durationMs: 1234 })
      record(catalogue, { id: `${database}-2`, database, takenAt: now + hourMs })
      record(catalogue, { id: `${database}-3`, database, takenAt: now + 2 * hourMs })
    }
    check(catalogue, 'pos-3', 'corrupt')
    prove(catalogue, 'pos-1')
    expect(ids(newestIntactPerDatabase(catalogue))).toEqual(['pos-2', 'stock-3'])
    expect(ids(newestProvenPerDatabase(catalogue))).toEqual(['pos-1'])
    expect(latestIntact(catalogue, 'pos')?.id).toBe('pos-2')
    expect(latestProven(catalogue, 'pos')?.id).toBe('pos-1')
    check(catalogue, 'pos-2', 'missing')
    expect(lastGoodRun(catalogue, 'pos')).toMatchObject({ bytes: 7, plainBytes: 35, durationMs: 1234 })
    expect(lastGoodRun(catalogue, 'menu')).toBe(undefined)
  })
})

/** Few moments and few names, so that many backups share them. */
const samples = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 4 }),
    database: fc.constantFrom('pos', 'stock', 'Ünï 😀'),
    takenAt: fc.integer({ min: 0, max: 5 }),
    bytes: fc.integer({ min: 0, max: 1e12 }),
  }),
  { selector: ({ id }) => id, maxLength: 40 },
)

function recordAll(catalogue: Catalogue, all: readonly { id: string; takenAt: number }[]): void {
  catalogue.write(() => {
    for (const sample of all) record(catalogue, sample)
  })
}

describe('pages of a list', () => {
  it('hold every backup exactly once, newest first, whatever the size of a page', () => {
    fc.assert(
      fc.property(
        samples,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(undefined, 'pos', 'Ünï 😀'),
        (all, limit, database) => {
          using temp = tempCatalogue()
          recordAll(temp.catalogue, all)
          const listed: Backup[] = []
          let page = listBackups(temp.catalogue, { database, limit })
          while (page.length > 0) {
            expect(page.length).toBeLessThanOrEqual(limit)
            listed.push(...page)
            page = listBackups(temp.catalogue, { database, before: page.at(-1), limit })
          }
          const expected = all
            .filter((one) => database === undefined || one.database === database)
            .toSorted((a, b) => b.takenAt - a.takenAt || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)))
          expect(listed.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('the totals', () => {
  it('are those of the backups that are there, after whatever happened to them', () => {
    const moves = fc.array(
      fc.tuple(fc.nat(), fc.constantFrom('taken', 'missing', 'corrupt', 'copied', 'recorded again')),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(samples, moves, (all, steps) => {
        using temp = tempCatalogue()
        recordAll(temp.catalogue, all)
        for (const [n, step] of steps) {
          const sample = all[n % Math.max(1, all.length)]
          if (!sample) continue
          if (step === 'recorded again') record(temp.catalogue, sample)
          else setState(temp.catalogue, sample.id, step)
        }
        const there = listBackups(temp.catalogue, { limit: 100 }).filter(({ state }) => state !== 'missing')
        const bytes = there.reduce((sum, one) => sum + one.bytes, 0)
        expect(totals(temp.catalogue)).toEqual({ count: there.length, bytes })
      }),
      { numRuns: 40 },
    )
  })
})
