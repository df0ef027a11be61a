import { Client } from 'pg'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { listRestores } from '../../electron/engine/catalogue/restores.ts'
import type { RestoreRequest } from '../../electron/engine/restore/restore-jobs.ts'
import { FaultError } from '../../electron/shared/fault.ts'
import type { JobPhase } from '../../electron/shared/model.ts'
import { makeCutWire } from '../support/cut-wire.ts'
import { databasesOf, makeMarkedTill, mark, markOf, restoreLeftovers } from '../support/marked-till.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { runningTools } from '../support/processes.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const wire = await makeCutWire(server.port)
afterAll(() => wire[Symbol.asyncDispose]())
const database = await makeMarkedTill(server, 'till')
const site = await makeSite({
  server,
  database,
  encrypt: false,
  port: wire.port,
  limits: { lockWaitMs: 3000 },
})
afterAll(() => site[Symbol.asyncDispose]())
const backup = await site.engine.backUp(database)
await mark(server, database, 'old')
const inPlace: RestoreRequest = { into: null, roles: { kind: 'create' } }
const restores = () => listRestores(site.engine.site.catalogue, 50)
const swapWords = 'ALLOW_CONNECTIONS true; COMMIT'

/** Back to the old till, with nothing kept. */
afterEach(async () => {
  for (const { id, state, kind } of restores())
    if (state === 'kept' && kind === 'replace') await site.engine.undo(id)
  for (const { id, state } of restores()) if (state === 'kept') await site.engine.release(id)
  expect(await markOf(server, database)).toBe('old')
  expect(await restoreLeftovers(site)).toEqual([])
  expect((await databasesOf(server)).filter((name) => name.includes('_larder_'))).toEqual([])
})

const endOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

describe('a connection that is lost in the middle of the swap', () => {
  test('after the server did it: is asked again, and the restore is done and can be undone', async () => {
    wire.cutAt(swapWords, 'after')
    const result = await site.engine.restore(backup.id, inPlace)
    expect(result).toMatchObject({ verdict: 'restored', differences: [] })
    expect(await markOf(server, database)).toBe('backed up')
    wire.cutAt(swapWords, 'after')
    expect(await site.engine.undo(result.id)).toMatchObject({ verdict: 'restored', kind: 'undo' })
    expect(site.engine.findRestore(result.id).state).toBe('undone')
  })

  test('before the server was told: has changed nothing, and leaves nothing', async () => {
    wire.cutAt(swapWords, 'before')
    await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({
      code: 'DB_CONNECTION_LOST',
    })
    expect(await markOf(server, database)).toBe('old')
    expect(await restoreLeftovers(site)).toEqual([])

    const { id } = await site.engine.restore(backup.id, inPlace)
    wire.cutAt(swapWords, 'before')
    await expect(site.engine.undo(id)).rejects.toMatchObject({ code: 'DB_CONNECTION_LOST' })
    expect(await markOf(server, database)).toBe('backed up')
    expect(site.engine.findRestore(id).state).toBe('kept')
  })

  test.each(['an immediate stop', 'a power cut'] as const)(
    'by %s of PostgreSQL: is one or the other, and said so',
    async (how) => {
      let back: Promise<void> | undefined
      wire.cutAt(swapWords, 'after', () => {
        back = (how === 'a power cut' ? server.kill() : server.stop('immediate')).then(() => server.start())
      })
      const end = await endOf(site.engine.restore(backup.id, inPlace))
      await back
      expect(await markOf(server, database)).toBe(end instanceof FaultError ? 'old' : 'backed up')
      // What could not be dropped while the server was starting is dropped at the next start of Larder.
      await site.reopen()
    },
  )
})

describe('a PostgreSQL that stops', () => {
  test.each(['restore', 'compare', 'swap'] as const)(
    'in the phase %s leaves the till as it was',
    async (phase) => {
      let stopped: Promise<void> | undefined
      const report = (progress: { phase: JobPhase }): void => {
        if (progress.phase === phase) stopped ??= server.stop('immediate')
      }
      const restoring = endOf(site.engine.restore(backup.id, inPlace, { report }))
      await vi.waitFor(() => expect(stopped).toBeDefined(), { timeout: 10_000, interval: 5 })
      await stopped
      // Until Larder has given up tidying; only in the swap it waits for the server to come back.
      if (phase !== 'swap') await restoring
      await server.start()
      const end = await restoring
      if (end instanceof FaultError) expect(end.code).toMatch(/^DB_/)
      expect(await markOf(server, database)).toBe(end instanceof FaultError ? 'old' : 'backed up')
      await site.reopen()
      expect(await restoreLeftovers(site)).toEqual([])
      expect(runningTools(wire.port)).toEqual([])
    },
  )
})

describe('a till that does not let go', () => {
  test('of its tables: its backup fails, and what was restored meanwhile is dropped', async () => {
    const holder = new Client(server.url(database))
    holder.on('error', () => undefined)
    await holder.connect()
    await holder.query('BEGIN; LOCK TABLE first')
    await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({ code: 'DB_LOCKED' })
    await holder.end()
    expect(await restoreLeftovers(site)).toEqual([])
    expect(restores()[0]).toMatchObject({ state: 'failed' })
  })

  test(
    'of its name: is busy, nobody is thrown out, and what was restored is dropped',
    { timeout: 60_000 },
    async () => {
      const holder = new Client(server.url('postgres'))
      holder.on('error', () => undefined)
      await holder.connect()
      await holder.query(`BEGIN; COMMENT ON DATABASE ${database} IS 'mine'`)
      const seller = new Client(server.url(database))
      seller.on('error', () => undefined)
      await seller.connect()
      await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({ code: 'RESTORE_BUSY' })
      // It was not thrown out for nothing.
      expect((await seller.query('SELECT 1')).rowCount).toBe(1)
      await seller.end()
      await holder.end()
      expect(await restoreLeftovers(site)).toEqual([])
    },
  )
})
