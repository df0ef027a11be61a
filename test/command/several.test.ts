import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { Backup, FaultRecord } from '../../electron/shared/model.ts'
import { filesBelow } from '../support/canaries.ts'
import { makeCommandSite, startLarder, type Answer } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'

// Being cancelled is no fault of the table, but is told in the same shape.
const Failure = z.strictObject({ fault: FaultRecord.extend({ code: z.string() }) })

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const place = tempFolder()
afterAll(() => place[Symbol.dispose]())

const faultOf = ({ json }: Answer) => Failure.parse(json()).fault

describe('several databases', () => {
  test('backup wants to be told which, all goes on after one that fails', async () => {
    await makeTill(server, 'north')
    await makeTill(server, 'south')
    const { run } = await makeCommandSite(server, place.path, ['north', 'south'])
    const which = await run('backup', '--json')
    expect(which.exitCode).toBe(2)
    expect(faultOf(which).text).toMatch(/“north”, “south”.*--database <name> or --all/)
    const other = await run('backup', '--database', 'till')
    expect(other.exitCode).toBe(2)

    await server.psql('postgres', 'DROP DATABASE north')
    const all = await run('backup', '--all', '--json')
    expect(all.exitCode).toBe(1)
    const [failed, taken] = z
      .tuple([z.strictObject({ database: z.string(), fault: FaultRecord }), Backup])
      .parse(all.json())
    expect(failed).toMatchObject({ database: 'north', fault: { code: 'DB_NOT_FOUND' } })
    expect(taken).toMatchObject({ database: 'south', state: 'intact' })
    const words = await run('backup', '--all')
    expect(words.out).toMatch(/^north: There is no database[^]*^south is backed up: intact\./m)
  })
})

describe('a backup that has to wait', () => {
  test('makes a second one end with 11, and a signal makes it end with 130 and nothing left', async () => {
    await makeTill(server, 'busy')
    const { run, dataFolder, folder } = await makeCommandSite(server, place.path, ['busy'])
    const till = new Client({ connectionString: server.url('busy') })
    await till.connect()
    try {
      await till.query('BEGIN; LOCK TABLE dishes IN ACCESS EXCLUSIVE MODE')
      const waiting = startLarder(['backup', '--json'], { dataFolder })
      await expect.poll(isWaiting, { timeout: 20_000 }).toBe(true)

      const second = await run('backup', '--json')
      expect([second.exitCode, faultOf(second).code]).toEqual([11, 'ALREADY_RUNNING'])

      // npm passes on what the terminal has sent already: two signals at once are one Ctrl-C.
      waiting.child.kill('SIGINT')
      waiting.child.kill('SIGINT')
      const cancelled = await waiting.ended
      expect([cancelled.exitCode, faultOf(cancelled).code]).toEqual([130, 'CANCELLED'])
      expect(cancelled.note).toContain('Backing up busy: cancelled')
    } finally {
      await till.end()
    }
    expect(filesBelow(folder)).toEqual([join(folder, 'larder-folder.json')])
    expect((await run('backup')).exitCode).toBe(0)
  })
})

const isWaiting = async (): Promise<boolean> =>
  (await server.psql('postgres', "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")) !== ''
