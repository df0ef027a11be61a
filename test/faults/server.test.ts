import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../electron/engine/secret.ts'
import { expectFault, expectWhole } from '../support/after-fault.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'

const server = await startPostgres({ settings: { wal_level: 'replica', hot_standby: 'off' } })
afterAll(() => server[Symbol.asyncDispose]())

let site: TestSite
beforeAll(async () => {
  await makeTill(server)
  site = await makeSite({ server })
  await site.engine.backUp('till')
})
afterAll(() => site[Symbol.asyncDispose]())

const backUp = () => site.engine.backUp('till')

describe('a server that cannot be backed up', () => {
  test('because the password is wrong', async () => {
    const right = new Secret(server.password)
    await site.world.secrets.write('database-password', new Secret('canary-of-a-wrong-password'))
    await expectFault(site, 'DB_AUTH', backUp)
    await site.world.secrets.write('database-password', right)
  })

  test('because its host is unknown', async () => {
    await site.whileServerIs({ host: 'till.invalid' }, () => expectFault(site, 'DB_HOST_UNKNOWN', backUp))
  })

  test('because the database is gone', async () => {
    const fault = await expectFault(site, 'DB_NOT_FOUND', () => site.engine.backUp('tell'))
    expect(fault.text).toContain('“tell”')
  })

  test('because it is down', async () => {
    await server.stop()
    await expectFault(site, 'DB_UNREACHABLE', backUp)
    await server.start()
  })

  test('because it is still starting', async () => {
    // A standby without hot standby recovers for ever and lets nobody in: 57P03, as after a power cut.
    const signal = join(server.dataFolder, 'standby.signal')
    await server.stop()
    await writeFile(signal, '')
    await server.start()
    await expectFault(site, 'DB_STARTING', backUp)
    await server.stop()
    await rm(signal)
    await server.start()
  })

  test('because it takes connections and does not answer', async () => {
    const [postmaster = ''] = (await readFile(join(server.dataFolder, 'postmaster.pid'), 'utf8')).split('\n')
    process.kill(Number(postmaster), 'SIGSTOP')
    try {
      await expectFault(site, 'DB_UNREACHABLE', backUp)
    } finally {
      process.kill(Number(postmaster), 'SIGCONT')
    }
  })

  test('and once it can be again, the next backup is as good as the first', async () => {
    await backUp()
    expect(expectWhole(site)).toHaveLength(2)
  })
})
