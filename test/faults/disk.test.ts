import {
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { untoldJobs } from '../../electron/engine/catalogue/job-history.ts'
import { expectFault, expectWhole } from '../support/after-fault.ts'
import { startLarder } from '../support/another-larder.ts'
import { filesBelow } from '../support/canaries.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { mayMount, smallDisk } from '../support/small-disk.ts'
import { addScans, makeTill } from '../support/small-till.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'
import { makeWire } from '../support/wire.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)
await addScans(server, 'till', 6)

const megabyte = 1024 * 1024
const gigabyte = 1024 * megabyte
/** Progress is reported over and over; a drive is pulled once. */
function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) work()
    isDone = true
  }
}

const backUp = (site: TestSite) => site.engine.backUp('till')

describe('a disk that is too small', () => {
  test('is found out before the dump, with the numbers', async () => {
    let freeBytes = 100 * gigabyte
    await using site = await makeSite({
      server,
      space: () => Promise.resolve({ freeBytes, totalBytes: 500 * gigabyte }),
    })
    const { bytes } = await backUp(site)
    // Half as much again as last time and the reserve of 1 GiB: one byte less is too little.
    freeBytes = Math.ceil(bytes * 1.5) + gigabyte - 1
    const fault = await expectFault(site, 'DISK_FULL', () => backUp(site))
    expect(fault.text).toContain('1 GB free')
    freeBytes += 1
    await backUp(site)
    expect(expectWhole(site)).toHaveLength(2)
  })

  test('is left to the till when it runs out during the dump', { timeout: 20_000 }, async () => {
    let freeBytes = 100 * gigabyte
    await using wire = await makeWire(server.port)
    await using site = await makeSite({
      server,
      port: wire.port,
      space: () => Promise.resolve({ freeBytes, totalBytes: 500 * gigabyte }),
    })
    wire.holdAfter(2 * megabyte)
    await expectFault(site, 'DISK_FULL', async () => {
      const backup = backUp(site)
      await wire.held()
      freeBytes = gigabyte - 1
      await backup
    })
  })
})

test('a backup folder that was removed is not made again somewhere else', async () => {
  await using site = await makeSite({ server })
  await backUp(site)
  const elsewhere = `${site.folder} moved`
  renameSync(site.folder, elsewhere)
  await expectFault(site, 'DEST_UNAVAILABLE', () => backUp(site))
  // A folder that only has the right name is the same trap: a pulled drive leaves one on the system disk.
  mkdirSync(site.folder)
  await expectFault(site, 'DEST_UNAVAILABLE', () => backUp(site))
  rmSync(site.folder, { recursive: true })
  renameSync(elsewhere, site.folder)
  await backUp(site)
  expect(expectWhole(site)).toHaveLength(2)
})

test('a half-written file that nobody can be writing any more is removed at the next start, and nothing else', async () => {
  await using site = await makeSite({ server })
  const { file } = await backUp(site)
  const stray = file.replace(/-[0-9a-f]{10}\./, '-0123456789.')
  const longAgo = Date.now() / 1000 - site.limits.totalMs / 1000 - 60
  const files = [`${stray}.partial`, `${stray}.partial.txt`, join(dirname(file), 'film.partial'), stray]
  for (const one of files) {
    writeFileSync(one, 'half')
    utimesSync(one, longAgo, longAgo)
  }
  const young = stray.replace('0123456789', '9876543210')
  writeFileSync(`${young}.partial`, 'half')
  await site.reopen()
  const left = readdirSync(dirname(file)).map((name) => join(dirname(file), name))
  expect(left).not.toContain(`${stray}.partial`)
  expect(left).toEqual(expect.arrayContaining([...files.slice(1), `${young}.partial`, file]))
})

// Root writes where it likes; the write-protected disk below is for root.
test.runIf(process.getuid?.() !== 0)(
  'a folder that may only be read is refused before the dump',
  async () => {
    await using site = await makeSite({ server })
    await backUp(site)
    chmodSync(site.folder, 0o500)
    await expectFault(site, 'DEST_UNAVAILABLE', () => backUp(site))
    chmodSync(site.folder, 0o700)
  },
)

describe.runIf(mayMount())('a real disk', () => {
  test('that fills up in the middle is left as it was, and the catalogue on it still works', async () => {
    using disk = smallDisk(10)
    await using site = await makeSite({
      server,
      folder: join(disk.path, 'backups'),
      dataFolder: join(disk.path, 'data'),
      // As if the till had been quicker than the question.
      space: () => Promise.resolve({ freeBytes: 100 * gigabyte, totalBytes: 500 * gigabyte }),
    })
    const { file } = await backUp(site)
    await expectFault(site, 'DISK_FULL', () => backUp(site))
    rmSync(file)
    await site.reopen()
    await backUp(site)
  })

  test('that is write-protected is refused before the dump', async () => {
    using disk = smallDisk(40)
    await using site = await makeSite({ server, folder: join(disk.path, 'backups') })
    await backUp(site)
    disk.writeProtect()
    const fault = await expectFault(site, 'DEST_UNAVAILABLE', () => backUp(site))
    expect(fault.next).toContain(site.folder)
    // Even a catalogue that is lost at the same time is made anew from what can only be read.
    const { id } = site.engine.find('latest')
    site.engine.close()
    rmSync(join(site.dataFolder, 'catalogue.db'))
    expect((await site.reopen()).find('latest').id).toBe(id)
  })

  test('that stops taking files at the last step ends the job all the same', async () => {
    using disk = smallDisk(40)
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, port: wire.port, folder: join(disk.path, 'backups') })
    wire.holdAfter(2 * megabyte)
    const backup = backUp(site)
    const refused = expect(backup).rejects.toMatchObject({ code: 'DEST_UNAVAILABLE' })
    await wire.held()
    const [partial = ''] = filesBelow(site.folder).filter((one) => one.endsWith('.partial'))
    disk.freeze(dirname(partial))
    wire.release()
    await refused
    disk.thaw(dirname(partial))
    await backUp(site)
    const longAgo = Date.now() / 1000 - site.limits.totalMs / 1000 - 60
    utimesSync(partial, longAgo, longAgo)
    await site.reopen()
    expect(expectWhole(site)).toHaveLength(1)
  })

  test('that is pulled before a backup does not turn into a folder on the system disk', async () => {
    using disk = smallDisk(40)
    await using site = await makeSite({ server, folder: join(disk.path, 'backups') })
    await backUp(site)
    disk.pull()
    await expectFault(site, 'DEST_UNAVAILABLE', () => backUp(site))
    expect(readdirSync(disk.path)).toEqual([])
    disk.plugIn()
    await backUp(site)
    expect(expectWhole(site)).toHaveLength(2)
  })

  test('that is pulled during a dump fails the backup and nothing else', async () => {
    using disk = smallDisk(40)
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, port: wire.port, folder: join(disk.path, 'backups') })
    await backUp(site)
    wire.holdAfter(2 * megabyte)
    const backup = backUp(site)
    const refused = expect(backup).rejects.toMatchObject({ code: 'DEST_UNAVAILABLE' })
    await wire.held()
    disk.pull()
    wire.release()
    await refused
    expect(readdirSync(disk.path)).toEqual([])
    disk.plugIn()
    for (const file of filesBelow(site.folder).filter((one) => one.endsWith('.partial'))) {
      const longAgo = statSync(file).mtimeMs / 1000 - site.limits.totalMs / 1000 - 60
      utimesSync(file, longAgo, longAgo)
    }
    await site.reopen()
    expect(expectWhole(site)).toHaveLength(1)
  })

  test('that is pulled before the dump is read back is not taken for a damaged file', async () => {
    using disk = smallDisk(40)
    await using site = await makeSite({ server, folder: join(disk.path, 'backups') })
    const pull = once(() => disk.pull())
    const backup = site.engine.backUp('till', { report: ({ phase }) => void (phase === 'check' && pull()) })
    await expect(backup).rejects.toMatchObject({ code: 'DEST_UNAVAILABLE' })
  })

  test('that comes back after a crash is tidied up then', async () => {
    using disk = smallDisk(40)
    await using wire = await makeWire(server.port)
    await using site = await makeSite({ server, port: wire.port, folder: join(disk.path, 'backups') })
    await backUp(site)
    wire.holdAfter(2 * megabyte)
    const other = startLarder(site)
    await wire.held()
    other.kill()
    await other.ended
    disk.pull()
    await site.reopen()
    expect(untoldJobs(site.engine.site.catalogue)).toMatchObject([{ fault: { code: 'INTERRUPTED' } }])
    disk.plugIn()
    expect(filesBelow(site.folder).some((one) => one.endsWith('.partial'))).toBe(true)
    await site.reopen()
    expect(expectWhole(site)).toHaveLength(1)
  })
})
