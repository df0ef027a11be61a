import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { Backup } from '../../electron/shared/model.ts'
import { PrunePlan } from '../../electron/shared/retention-model.ts'
import { larder } from '../support/larder-command.ts'
import { PaperSite, type PaperBackup } from '../support/paper-site.ts'

const day = 86_400_000
const Answer = PrunePlan.extend({
  deleted: z.array(z.string()),
  left: z.array(z.strictObject({ id: z.string(), fault: z.looseObject({ code: z.string() }) })),
  freedBytes: z.int(),
})

/** Five nights by the real clock, of which the plan keeps three. */
async function fiveNights(): Promise<{
  paper: PaperSite
  nights: readonly PaperBackup[]
  dataFolder: string
}> {
  const start = Date.now() - 5 * day
  const paper = await PaperSite.make({ now: start })
  const nights = [0, 1, 2, 3, 4].map((n) => {
    paper.now = start + n * day
    return paper.backUp({ proven: true })
  })
  paper.now = Date.now()
  paper.run('done')
  return { paper, nights, dataFolder: paper.site.world.dataFolder }
}

describe('larder prune', () => {
  test('says what it would delete, then deletes that and nothing else', async () => {
    const { paper, nights, dataFolder } = await fiveNights()
    using _ = paper
    const dry = await larder(['prune', '--dry-run', '--json'], { dataFolder })
    const plan = Answer.parse(dry.json())
    expect([dry.exitCode, plan.deleted, plan.databases[0]?.database]).toEqual([0, [], 'pos'])
    const going = (plan.databases[0]?.backups ?? []).filter(({ verdict }) => verdict.action === 'delete')
    expect(going.map(({ id }) => id).toSorted()).toEqual(
      nights
        .slice(0, 2)
        .map(({ id }) => id)
        .toSorted(),
    )
    expect(nights.flatMap(({ files }) => files).every((file) => existsSync(file))).toBe(true)

    const words = await larder(['prune', '--dry-run'], { dataFolder })
    expect(words.out).toMatch(
      new RegExp(
        `^pos:\\nTAKEN .*WHY\\n[^]*${nights[0]?.id} +10 bytes +would delete +Older than all that the plan keeps: 3 daily\\.`,
      ),
    )

    const done = Answer.parse((await larder(['prune', '--json'], { dataFolder })).json())
    expect([done.deleted.toSorted(), done.freedBytes]).toEqual([going.map(({ id }) => id).toSorted(), 20])
    expect(nights.map(({ files: [manifest] }) => existsSync(manifest))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
    const again = await larder(['prune'], { dataFolder })
    expect([again.exitCode, again.out]).toEqual([
      0,
      expect.stringContaining('0 backups deleted, 0 bytes freed.'),
    ])
  })

  test('says why nothing is deleted, and ends with 1 when a backup could not be', async () => {
    const { paper, nights, dataFolder } = await fiveNights()
    using _ = paper
    const [first] = nights
    if (first === undefined) throw new Error('no night')
    renameSync(first.files[1], join(first.files[1], '..', 'elsewhere'))
    const part = await larder(['prune'], { dataFolder })
    expect([part.exitCode, part.out]).toEqual([1, expect.stringContaining(`${first.id} is still there:`)])
    paper.run('failed')
    const frozen = await larder(['prune'], { dataFolder })
    expect([frozen.exitCode, frozen.out]).toEqual([
      0,
      expect.stringMatching(/^pos: The last backup .* did not work/),
    ])
  })

  test('leaves a pinned backup alone, until it is unpinned', async () => {
    const { paper, nights, dataFolder } = await fiveNights()
    using _ = paper
    const [first, second] = nights.map(({ id }) => id)
    const pin = await larder(['pin-backup', first ?? '', '--json'], { dataFolder })
    expect(Backup.parse(pin.json())).toMatchObject({ id: first, pinned: true })
    expect((await larder(['list'], { dataFolder })).out).toMatch(/proven, pinned/)
    expect((await larder(['show', first ?? ''], { dataFolder })).out).toMatch(/Pinned +yes/)
    expect(Answer.parse((await larder(['prune', '--json'], { dataFolder })).json()).deleted).toEqual([second])
    expect((await larder(['unpin-backup', first ?? ''], { dataFolder })).out).toMatch(
      /is not pinned any more/,
    )
    expect(Answer.parse((await larder(['prune', '--json'], { dataFolder })).json()).deleted).toEqual([first])
    expect((await larder(['pin-backup', 'nobody'], { dataFolder })).exitCode).toBe(1)
  })
})
