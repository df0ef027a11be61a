import { rmSync, renameSync, truncateSync, existsSync } from 'node:fs'
import { hostname } from 'node:os'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { backup as recorded } from '../../../electron/engine/catalogue/backups.ts'
import { abandonedDeletions, beginDeletion } from '../../../electron/engine/catalogue/deletions.ts'
import { pinBackup } from '../../../electron/engine/retention/pin-backup.ts'
import { planPrune } from '../../../electron/engine/retention/plan-prune.ts'
import { condemned, prune } from '../../../electron/engine/retention/prune.ts'
import { PaperSite, type PaperBackup } from '../../support/paper-site.ts'

const hour = 3_600_000
const day = 24 * hour
const play = 5 * 60_000
const floor = 2

/** What is known to be true of a backup without asking Larder. */
interface Known extends PaperBackup {
  state: 'intact' | 'proven' | 'corrupt'
  isPinned: boolean
}

/** A site and what must be true of it, side by side. */
class Model {
  readonly paper: PaperSite
  known: Known[] = []
  hasFailed = false
  /** How much of what the test is about happened in it. */
  deleted = 0
  crashed = 0

  constructor(paper: PaperSite) {
    this.paper = paper
  }

  pick(n: number): Known | undefined {
    return this.known[n % Math.max(1, this.known.length)]
  }

  good(...states: Known['state'][]): number {
    const { now } = this.paper
    return this.known.filter((one) => states.includes(one.state) && one.takenAt <= now + play).length
  }

  async prune(): Promise<void> {
    const { paper } = this
    const preview = await planPrune(paper.site)
    const going = preview.databases.flatMap(condemned).map(({ id }) => id)
    const before = { good: this.good('intact', 'proven'), proven: this.good('proven') }
    const newest = this.known
      .toSorted((a, b) => b.takenAt - a.takenAt)
      .find(({ state }) => state !== 'corrupt')

    const { deleted, left } = await prune(paper.site)
    expect([deleted, left]).toEqual([going, []])
    for (const one of this.known.filter(({ id }) => deleted.includes(id))) {
      expect([one.isPinned, one.state === 'corrupt', one === newest, this.hasFailed]).toEqual(
        Array(4).fill(false),
      )
      expect(one.takenAt).toBeLessThanOrEqual(paper.now + play)
      expect(one.files.map((file) => existsSync(file))).toEqual([false, false, false])
    }
    this.deleted += deleted.length
    this.known = this.known.filter(({ id }) => !deleted.includes(id))
    expect(this.good('intact', 'proven')).toBeGreaterThanOrEqual(Math.min(floor, before.good))
    expect(this.good('proven')).toBeGreaterThanOrEqual(Math.min(floor, before.proven))
    expect((await prune(paper.site)).deleted).toEqual([])
  }

  /** Dies in the middle of the first deletion that the plan has, and starts again. */
  async crash(steps: number): Promise<void> {
    const { paper } = this
    const [first] = (await planPrune(paper.site)).databases.flatMap(condemned)
    const doomed = this.known.find(({ id }) => id === first?.id)
    if (doomed !== undefined) {
      this.crashed += 1
      const owner = { pid: 2 ** 22 + 7, startedAt: 'long ago', host: hostname() }
      const { now } = paper
      const about = { plan: 'p', reason: 'crash', owner, now, floor, until: now + play }
      expect(beginDeletion(paper.catalogue, { ...about, backupId: doomed.id })).toBeDefined()
      const [manifest, archive, globals] = doomed.files
      for (const file of [manifest, archive, globals].slice(0, steps)) renameSync(file, `${file}.partial`)
      for (const file of [globals, archive, manifest].slice(0, Math.max(0, steps - 3)))
        rmSync(`${file}.partial`)
      if (steps > 0) this.known = this.known.filter((one) => one !== doomed)
    }
    await paper.reopen()
  }

  async expectTrue(): Promise<void> {
    const { paper, known } = this
    expect(abandonedDeletions(paper.catalogue, paper.now)).toEqual([])
    expect(paper.ids.toSorted()).toEqual(known.map(({ id }) => id).toSorted())
    await paper.expectTrue()
  }
}

type Step = (model: Model) => Promise<void> | void

const wait = fc.integer({ min: 1, max: 40 }).map((hours) => hours * hour)
const which = fc.nat(1000)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({ after: wait, proven: fc.boolean(), bytes: fc.constantFrom(10, 10, 10, 12, 3) })
      .map(({ after, proven, bytes }): Step => (model) => {
        model.paper.now += after
        const made = model.paper.backUp({ proven, bytes })
        model.known.push({ ...made, state: proven ? 'proven' : 'intact', isPinned: false })
        model.hasFailed = false
        model.paper.now += 60_000
      }),
  },
  {
    weight: 1,
    arbitrary: wait.map((after): Step => (model) => {
      model.paper.now += after
      model.paper.run('failed')
      model.hasFailed = true
    }),
  },
  {
    weight: 2,
    arbitrary: which.map((n): Step => (model) => {
      const one = model.pick(n)
      if (one === undefined || one.state === 'corrupt') return
      model.paper.check(one.id, 'proven')
      one.state = 'proven'
    }),
  },
  {
    weight: 1,
    arbitrary: which.map((n): Step => (model) => {
      const one = model.pick(n)
      if (one === undefined || one.state === 'corrupt') return
      truncateSync(one.files[1], 1)
      model.paper.check(one.id, 'corrupt')
      one.state = 'corrupt'
    }),
  },
  {
    weight: 1,
    arbitrary: which.map((n): Step => async (model) => {
      const one = model.pick(n)
      const found = one && recorded(model.paper.catalogue, one.id)
      if (one === undefined || found === undefined) return
      one.isPinned = !one.isPinned
      await pinBackup(model.paper.site, found, { isPinned: one.isPinned })
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(-400 * day, -2 * hour, -60_000, 2 * hour, 3 * day, 800 * day).map(
      (jump): Step =>
        (model) =>
          void (model.paper.now += jump),
    ),
  },
  { weight: 4, arbitrary: fc.constant<Step>((model) => model.prune()) },
  {
    weight: 1,
    arbitrary: fc.nat(6).map(
      (steps): Step =>
        (model) =>
          model.crash(steps),
    ),
  },
)

test(
  'whatever happens to a site, what retention promises holds, and list and folder say the same',
  {
    timeout: 120_000,
  },
  async () => {
    let [deleted, crashed] = [0, 0]
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        using paper = await PaperSite.make({
          now: Date.UTC(2027, 10, 3),
          retention: { floor, daily: 2, weekly: 1 },
        })
        const model = new Model(paper)
        for (const one of steps) await one(model)
        await model.expectTrue()
        await model.prune()
        await model.expectTrue()
        deleted += model.deleted
        crashed += model.crashed
      }),
      { numRuns: 40 },
    )
    // Usually about 120 and 10.
    expect(deleted).toBeGreaterThan(30)
    expect(crashed).toBeGreaterThan(0)
  },
)
