import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { keptRestores, unfinishedRestores } from '../../electron/engine/catalogue/restores.ts'
import { expectWhole } from '../support/after-fault.ts'
import { startRestore, type Death } from '../support/killable-restore.ts'
import { databasesOf, makeMarkedTill, mark, markOf, restoreLeftovers } from '../support/marked-till.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { runningTools } from '../support/processes.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const database = await makeMarkedTill(server, 'Kasse "1" öä')
const site = await makeSite({ server, database, encrypt: false })
afterAll(() => site[Symbol.asyncDispose]())
const backup = await site.engine.backUp(database)
await mark(server, database, 'old')

/** What is true after any end of a restore. Returns what the till now says. */
async function afterwards(): Promise<string> {
  // Before anybody tidies up: the till's name always leads to one whole database.
  expect(['old', 'backed up']).toContain(await markOf(server, database))
  await site.reopen()
  expect(await restoreLeftovers(site)).toEqual([])
  // Of the backup that is taken before it, either all is there or nothing.
  expectWhole(site)
  await vi.waitFor(() => expect(runningTools(server.port)).toEqual([]), 3000)
  expect(unfinishedRestores(site.engine.site.catalogue)).toEqual([])
  const kept = keptRestores(site.engine.site.catalogue).map(({ kept_as }) => kept_as ?? '')
  const there = (await databasesOf(server)).filter((name) => name.includes('_larder_kept_'))
  // Every database that is kept can be undone, and nothing else is kept.
  expect(there.toSorted()).toEqual(kept.toSorted())
  return markOf(server, database)
}

/** Undoes what is kept, and releases it: every round begins with the old till and nothing kept. */
async function backToOld(): Promise<void> {
  const [restored] = keptRestores(site.engine.site.catalogue)
  if (restored) {
    const undone = await site.engine.undo(restored.id)
    await site.engine.release(undone.id)
  }
  expect(await markOf(server, database)).toBe('old')
}

async function restoreIn(verb: 'restore' | 'undo', id: string, death: Death) {
  return await startRestore(site, verb, id, death).ended
}

describe('a Larder that is killed while it restores', () => {
  test('at every step leaves the old till or the restored one, whole', { timeout: 240_000 }, async () => {
    const ends = new Map<string, number>()
    let statements = 0
    for (let step = 1; ; step++) {
      for (const when of ['asked', 'answered'] as const) {
        const death = { step, when, alone: step % 2 === 0 }
        const said = await restoreIn('restore', backup.id, death)
        const now = await afterwards()
        const isDone = said.some(({ done }) => done !== undefined)
        if (isDone) expect(now).toBe('backed up')
        ends.set(now, (ends.get(now) ?? 0) + 1)
        statements = Math.max(statements, said.filter((line) => line.step !== undefined).length)
        await backToOld()
        if (isDone) {
          expect(statements).toBe(step - 1)
          // Both ends were met, so the loop went through the swap.
          expect(ends.get('old')).toBeGreaterThan(8)
          expect(ends.get('backed up')).toBeGreaterThan(1)
          return
        }
      }
    }
  })

  test('at every step of an undo as well', { timeout: 240_000 }, async () => {
    let { id } = await site.engine.restore(backup.id, { into: null, roles: { kind: 'create' } })
    for (let step = 1; ; step++) {
      for (const when of ['asked', 'answered'] as const) {
        const said = await restoreIn('undo', id, { step, when, alone: false })
        const now = await afterwards()
        const { state } = site.engine.findRestore(id)
        expect([now, state]).toEqual(now === 'old' ? ['old', 'undone'] : ['backed up', 'kept'])
        const [kept] = keptRestores(site.engine.site.catalogue)
        // An undo of the undo is a restore again, and quicker.
        if (now === 'old') ({ id } = await site.engine.undo(kept?.id ?? ''))
        if (said.some(({ done }) => done !== undefined)) {
          expect(step).toBeGreaterThan(4)
          return await backToOld()
        }
      }
    }
  })

  test.each([
    ['restore', 60, 'alone'],
    ['restore', 120, 'with-tools'],
    ['compare', 10, 'alone'],
    ['swap', 5, 'with-tools'],
  ] as const)('%s and %i ms into it, %s', async (phase, delayMs, how) => {
    const larder = startRestore(site, 'restore', backup.id)
    await larder.reached(phase)
    await pause(delayMs)
    larder.kill(how)
    await larder.ended
    await afterwards()
    await backToOld()
  })
})
