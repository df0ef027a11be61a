import { chmodSync, cpSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { RestoreRequest } from '../../electron/engine/restore/restore-jobs.ts'
import { diskSpace } from '../../electron/engine/disk-space.ts'
import { giveToServer } from '../../scripts/private-postgres/account.ts'
import { makeMarkedTill, mark, markOf, restoreLeftovers } from '../support/marked-till.ts'
import { startPostgres, type PrivatePostgres } from '../support/postgres-server.ts'
import { mayMount, smallDisk, type SmallDisk } from '../support/small-disk.ts'
import { addScans } from '../support/small-till.ts'
import { makeSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const inPlace: RestoreRequest = { into: null, roles: { kind: 'create' } }
const megabyte = 1024 * 1024

describe('a disk without room for a second copy', () => {
  test('is found out before anything is made, with the numbers', async () => {
    let freeBytes = 1e12
    const database = await makeMarkedTill(server, 'no room')
    await using site = await makeSite({
      server,
      database,
      space: () => Promise.resolve({ freeBytes, totalBytes: 1e12 }),
    })
    const backup = await site.engine.backUp(database)
    await mark(server, database, 'old')
    freeBytes = 5e6
    const told = expect.stringContaining('5.0 MB')
    await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({
      code: 'RESTORE_NO_ROOM',
      message: told,
    })
    expect(await markOf(server, database)).toBe('old')
    expect(await restoreLeftovers(site)).toEqual([])
  })
})

/** Only the databases, so that the server itself goes on when there is no room for another. */
async function putDatabasesOn(disk: SmallDisk, small: PrivatePostgres): Promise<void> {
  const [inside, outside] = [join(small.dataFolder, 'base'), join(disk.path, 'base')]
  chmodSync(dirname(disk.path), 0o711)
  await small.stop()
  cpSync(inside, outside, { recursive: true })
  rmSync(inside, { recursive: true })
  symlinkSync(outside, inside)
  await giveToServer(outside)
  await small.start()
}

describe.runIf(mayMount())('a disk that becomes full in the middle of a restore', () => {
  test('of the server: the till is as it was, and has its room again', { timeout: 60_000 }, async () => {
    using disk = smallDisk(72)
    await using small = await startPostgres()
    await putDatabasesOn(disk, small)
    const database = await makeMarkedTill(small, 'till')
    // Twice is too much.
    await addScans(small, database, 22)
    await using site = await makeSite({
      server: small,
      database,
      encrypt: false,
      space: () => Promise.resolve({ freeBytes: 1e12, totalBytes: 1e12 }),
    })
    const backup = await site.engine.backUp(database)
    await mark(small, database, 'old')
    const folders = (): string[] => readdirSync(join(disk.path, 'base')).toSorted()
    const before = folders()
    await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await markOf(small, database)).toBe('old')
    expect(await restoreLeftovers(site)).toEqual([])
    expect(folders()).toEqual(before)
  })

  test('of Larder: the till is as it was, and the opened archive is gone', async () => {
    using disk = smallDisk(48)
    const database = await makeMarkedTill(server, 'larder full')
    await addScans(server, database, 12)
    await using site = await makeSite({
      server,
      database,
      encrypt: false,
      dataFolder: join(disk.path, 'data'),
      // Whoever asks is told that there is room: somebody else fills the disk a moment later.
      space: async (path) =>
        path.startsWith(disk.path) ? { freeBytes: 1e12, totalBytes: 1e12 } : diskSpace(path),
    })
    const backup = await site.engine.backUp(database)
    await mark(server, database, 'old')
    writeFileSync(join(disk.path, 'other'), Buffer.alloc(30 * megabyte))
    await expect(site.engine.restore(backup.id, inPlace)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await markOf(server, database)).toBe('old')
    expect(await restoreLeftovers(site)).toEqual([])
    rmSync(join(disk.path, 'other'))
    expect(await site.engine.restore(backup.id, inPlace)).toMatchObject({ verdict: 'restored' })
  })
})
