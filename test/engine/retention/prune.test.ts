import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listDeletions } from '../../../electron/engine/catalogue/deletions.ts'
import { beginJob } from '../../../electron/engine/catalogue/jobs.ts'
import { thisProcess } from '../../../electron/engine/catalogue/process-identity.ts'
import { noteJump, settledBy } from '../../../electron/engine/catalogue/schedule-state.ts'
import { beginRestore, endRestore } from '../../../electron/engine/catalogue/restores.ts'
import { noOutcome } from '../../../electron/engine/restore/record.ts'
import { pinBackup } from '../../../electron/engine/retention/pin-backup.ts'
import { planPrune } from '../../../electron/engine/retention/plan-prune.ts'
import { condemned, prune, pruneAfterBackup } from '../../../electron/engine/retention/prune.ts'
import { backup as recorded } from '../../../electron/engine/catalogue/backups.ts'
import type { PrunePlan } from '../../../electron/shared/retention-model.ts'
import { PaperSite, type PaperBackup } from '../../support/paper-site.ts'

const hour = 3_600_000
const day = 24 * hour
const now = Date.UTC(2027, 10, 3, 12)

/** Eight nights of which the plan keeps three, and one more because of the floor of proven ones. */
async function eightNights(): Promise<{ paper: PaperSite; nights: readonly PaperBackup[] }> {
  const paper = await PaperSite.make({ now: now - 8 * day })
  const nights: PaperBackup[] = []
  for (let n = 7; n >= 0; n -= 1) {
    paper.now = now - n * day
    nights.push(paper.backUp({ proven: n < 6 }))
  }
  paper.now += hour
  return { paper, nights }
}

const going = (plan: PrunePlan): string[] => plan.databases.flatMap(condemned).map(({ id }) => id)
const ids = (backups: readonly PaperBackup[]): string[] => backups.map(({ id }) => id)
const there = ({ files }: PaperBackup): boolean[] => files.map((file) => existsSync(file))
const pinned = (paper: PaperSite, id: string, isPinned: boolean) => {
  const found = recorded(paper.catalogue, id)
  if (found === undefined) throw new Error(id)
  return pinBackup(paper.site, found, { isPinned })
}

describe('pruning', () => {
  test('deletes exactly what the preview says, files and all, and nothing the second time', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    const preview = await planPrune(paper.site)
    expect(going(preview)).toEqual(ids(nights.slice(0, 5)))
    const { deleted, left, freedBytes } = await prune(paper.site)
    expect([deleted, left, freedBytes]).toEqual([going(preview), [], 50])
    expect(nights.map(there)).toEqual(nights.map((_night, n) => Array(3).fill(n >= 5)))
    expect(paper.ids).toEqual(ids(nights.slice(5)).toReversed())
    await paper.expectTrue()
    expect((await prune(paper.site)).deleted).toEqual([])
    await paper.reopen()
    await paper.expectTrue()
  })

  test('writes the plan to the log first, and every deletion to the journal', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    const { plan } = await prune(paper.site)
    const lines = paper.logged.filter((line) => /retention|is deleted/.test(line))
    expect(lines[0]).toMatch(
      new RegExp(`^retention ${plan.id} of pos keeps 3, deletes ${nights[0]?.id} \\(outlived\\)`),
    )
    expect(lines).toHaveLength(6)
    expect(listDeletions(paper.catalogue, 10)).toMatchObject(
      nights
        .slice(0, 5)
        .toReversed()
        .map(({ id }) => ({
          backupId: id,
          plan: plan.id,
          reason: 'outlived',
          outcome: 'deleted',
          database: 'pos',
        })),
    )
  })

  test('deletes nothing that somebody who was shown a plan was not shown', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    const shown = await planPrune(paper.site)
    paper.now += day
    paper.backUp({ proven: true })
    paper.now += hour
    expect(going(await planPrune(paper.site))).toEqual(ids(nights.slice(0, 6)))
    expect((await prune(paper.site, { shown })).deleted).toEqual(ids(nights.slice(0, 5)))
  })

  test('keeps a safety backup while its restore can be undone, and what is pinned until it is not', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    const [first, second, third] = ids(nights)
    if (first === undefined || second === undefined || third === undefined) throw new Error('no nights')
    const restore = { id: 'r1', kind: 'replace', database: 'pos', backup_id: third, undoes: null } as const
    beginRestore(paper.catalogue, { ...restore, server: paper.site.settings.server }, paper.now)
    const end = { ...noOutcome, id: 'r1', kind: 'replace', database: 'pos', keptUntil: null } as const
    const result = { ...end, safetyBackupId: first, durationMs: 1, report: null }
    endRestore(paper.catalogue, 'r1', { state: 'kept', result, keptUntil: paper.now + 14 * day })
    await pinned(paper, second, true)
    expect(recorded(paper.catalogue, second)?.pinned).toBe(true)
    await paper.expectTrue()
    expect((await prune(paper.site)).deleted).toEqual(ids(nights.slice(2, 5)))

    await pinned(paper, second, false)
    await paper.expectTrue()
    paper.now += 20 * day
    paper.backUp()
    expect((await prune(paper.site)).deleted).toEqual([second])
    endRestore(paper.catalogue, 'r1', { state: 'released', result })
    expect((await prune(paper.site)).deleted).toEqual([first])
  })

  test('keeps what a rebuilt catalogue may have forgotten a restore of', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    paper.catalogue.run('UPDATE totals SET rebuilt_at = @at', { at: paper.now })
    expect((await prune(paper.site)).deleted).toEqual([])
    paper.now += 12 * day
    paper.backUp({ proven: true })
    expect((await prune(paper.site)).deleted).toEqual(ids(nights.slice(0, 6)))
  })

  test('finds a pin again without the catalogue', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    const [first = ''] = ids(nights)
    await pinned(paper, first, true)
    paper.catalogue.run('UPDATE backups SET pinned_at = NULL')
    expect((await prune(paper.site)).deleted).toEqual(ids(nights.slice(1, 5)))
    expect(recorded(paper.catalogue, first)?.pinned).toBe(true)
    await paper.expectTrue()
  })

  test('by two at once deletes everything once', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    const both = await Promise.all([
      prune(paper.site),
      prune(paper.site),
      pruneAfterBackup(paper.site, 'pos'),
    ])
    expect(both.flatMap((one) => one?.left ?? [])).toEqual([])
    expect(both.flatMap((one) => one?.deleted ?? []).toSorted()).toEqual(ids(nights.slice(0, 5)).toSorted())
    expect(paper.ids).toEqual(ids(nights.slice(5)).toReversed())
    await paper.expectTrue()
  })

  test('after a backup is about that database only', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    paper.backUp({ database: 'stock' })
    expect((await pruneAfterBackup(paper.site, 'stock'))?.deleted).toEqual([])
    expect((await pruneAfterBackup(paper.site, 'pos'))?.deleted).toEqual(ids(nights.slice(0, 5)))
  })
})

const elsewhere = (paper: PaperSite): string => join(dirname(paper.folder), 'elsewhere')

describe('nothing is deleted', () => {
  const freezes: Record<
    string,
    [spoil: (paper: PaperSite, nights: readonly PaperBackup[]) => unknown, code: string]
  > = {
    'when the last backup failed': [(paper) => paper.run('failed'), 'failed'],
    'when the last backup turned out to be bad': [
      (paper, nights) => paper.check(nights[7]?.id ?? '', 'different'),
      'failed',
    ],
    'when the newest is small': [(paper) => paper.backUp({ bytes: 4, proven: true }), 'shrunk'],
    'when the folder is away': [(paper) => renameSync(paper.folder, elsewhere(paper)), 'folder'],
    'when it is of another site': [
      (paper) => writeFileSync(join(paper.folder, 'larder-folder.json'), '{"siteId":"another"}'),
      'folder',
    ],
    'when it is empty': [
      (paper) => {
        for (const name of readdirSync(paper.folder, { withFileTypes: true }))
          if (name.isDirectory()) rmSync(join(paper.folder, name.name), { recursive: true })
      },
      'files',
    ],
    'when one that is counted on is gone': [(_, nights) => rmSync(nights[6]?.files[1] ?? ''), 'files'],
    'when one that is counted on was cut off': [
      (_, nights) => truncateSync(nights[6]?.files[1] ?? '', 3),
      'files',
    ],
    'when the clock is behind': [(paper) => (paper.now -= 3 * day), 'clock'],
    'when the clock is years ahead': [(paper) => (paper.now += 1000 * day), 'clock'],
    'when much is dated in the future': [(paper) => paper.backUp({ takenAt: paper.now + 30 * day }), 'clock'],
    'right after a jump of the clock': [
      (paper) => {
        settledBy(paper.catalogue, 'plan', paper.now)
        noteJump(paper.catalogue, 5 * day, paper.now - hour)
      },
      'clock',
    ],
    'while something reads a backup': [
      (paper) =>
        beginJob(paper.catalogue, { kind: 'verify', database: 'pos', owner: thisProcess(), now: paper.now }),
      'busy',
    ],
  }

  test.each(Object.entries(freezes))('%s', async (when, [spoil, code]) => {
    const { paper, nights } = await eightNights()
    using _ = paper
    spoil(paper, nights)
    const { plan, deleted } = await prune(paper.site)
    expect([plan.databases[0]?.freeze?.code, deleted, listDeletions(paper.catalogue, 9)]).toEqual([
      code,
      [],
      [],
    ])
    const frozen = plan.databases[0]?.backups.filter(({ verdict }) => verdict.because === 'frozen') ?? []
    expect(frozen.length, when).toBeGreaterThan(0)
  })

  test('of the nights before 60 that failed', async () => {
    const { paper, nights } = await eightNights()
    using _ = paper
    await prune(paper.site)
    for (let n = 0; n < 60; n += 1) {
      paper.now += day
      paper.run('failed')
      expect((await prune(paper.site)).deleted).toEqual([])
    }
    expect(paper.ids).toEqual(ids(nights.slice(5)).toReversed())
  })
})

describe('what is not the backup that is listed is left alone,', () => {
  const spoils: Record<string, (paper: PaperSite, oldest: PaperBackup, other: PaperBackup) => void> = {
    'a manifest of another backup': (_, { files }, other) => renameSync(other.files[0], files[0]),
    'a manifest that was changed': (_, { files }) => writeFileSync(files[0], '{}'),
    'an archive of another size': (_, { files }) => truncateSync(files[1], 3),
    'an archive that is gone': (_, { files }) => rmSync(files[1]),
    'an archive that is a link': (paper, { files }) => {
      renameSync(files[1], elsewhere(paper))
      symlinkSync(elsewhere(paper), files[1])
    },
    'a folder in the place of a file': (_, { files }) => {
      rmSync(files[2])
      mkdirSync(files[2])
    },
    'a folder that is a link': (paper, { files }) => {
      renameSync(dirname(files[0]), elsewhere(paper))
      symlinkSync(elsewhere(paper), dirname(files[0]))
    },
    'a listed name that leads out': (paper, { id }) => {
      paper.catalogue.run(`UPDATE backups SET file = '../' || file WHERE id = @id`, { id })
    },
  }

  test.each(Object.entries(spoils))('%s', async (what, spoil) => {
    const paper = await PaperSite.make({ now: now - 40 * day })
    using _ = paper
    const [oldest, other] = [paper.backUp(), paper.backUp()]
    paper.now = now
    for (let night = 0; night < 4; night += 1) {
      paper.now += day
      paper.backUp({ proven: true })
    }
    const planned = going(await planPrune(paper.site))
    expect(planned, what).toContain(oldest.id)
    spoil(paper, oldest, other)
    const { deleted, left } = await prune(paper.site)
    expect(deleted).not.toContain(oldest.id)
    expect(left.map(({ id }) => id)).toContain(oldest.id)
    expect(left.find(({ id }) => id === oldest.id)?.fault.code).toBe('BACKUP_CORRUPT')
    expect(paper.ids).toContain(oldest.id)
    if (existsSync(elsewhere(paper)) && lstatSync(elsewhere(paper)).isFile())
      expect(lstatSync(elsewhere(paper)).size).toBe(10)
    expect(deleted.toSorted()).toEqual(planned.filter((id) => !left.some((one) => one.id === id)).toSorted())
  })
})

test('a plan that was shown before backups went bad is carried out only as far as it still holds', async () => {
  const { paper, nights } = await eightNights()
  using _ = paper
  const shown = await planPrune(paper.site)
  expect(going(shown)).toHaveLength(5)
  for (const { id } of nights.slice(5, 7)) paper.check(id, 'corrupt')
  expect((await prune(paper.site, { shown })).deleted).toEqual(ids(nights.slice(0, 3)))
})
