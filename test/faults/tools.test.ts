import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import { newestDebianBinDir } from '../../scripts/private-postgres/binaries.ts'
import { Engine } from '../../electron/engine/engine.ts'
import { findToolSets } from '../../electron/engine/postgres/find-tools.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { FaultError } from '../../electron/shared/fault.ts'
import { expectFault } from '../support/after-fault.ts'
import { startLarder } from '../support/another-larder.ts'
import { filesBelow } from '../support/canaries.ts'
import { embeddedPostgres18BinDir, startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { makeSite, makeWorld, requestFor, type TestSite } from '../support/test-site.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())
await makeTill(server)

const mayHide = spawnSync('unshare', ['--mount', '--map-root-user', 'true']).status === 0

/** A backup by a Larder that sees another folder, or none, where Debian keeps the PostgreSQL programs. */
async function backUpSeeing(site: TestSite, mount: string): Promise<unknown> {
  const script = `${mount} && PATH=/nowhere exec "$@"`
  const hidden = ['unshare', '--mount', '--map-root-user', 'sh', '-c', script, 'sh']
  const { fault, done } = await startLarder(site, hidden).ended
  if (fault) throw new FaultError(fault)
  return done
}

describe.runIf(mayHide)('a computer', () => {
  test('without PostgreSQL tools says that they were not found', async () => {
    await using site = await makeSite({ server })
    await expectFault(site, 'TOOL_NOT_FOUND', () =>
      backUpSeeing(site, 'mount -t tmpfs none /usr/lib/postgresql'),
    )
  })

  test('whose pg_dump is something else does not run it', async () => {
    await using site = await makeSite({ server })
    const fakes =
      'for tool in pg_dump pg_dumpall pg_restore psql; do cp /bin/echo /usr/lib/postgresql/99/bin/$tool; done'
    const fault = await expectFault(site, 'TOOL_NOT_FOUND', () =>
      backUpSeeing(
        site,
        `mount -t tmpfs none /usr/lib/postgresql && mkdir -p /usr/lib/postgresql/99/bin && ${fakes}`,
      ),
    )
    expect(fault.detail).toMatch(/^Not usable: \/usr\/lib\/postgresql\/99\/bin: pg_dump --version answered: /)
  })
})

describe.runIf(mayHide)('a pg_dump that lies', async () => {
  const binDir = await newestDebianBinDir('pg_dump')
  const honest = '/mnt/honest/pg_dump'

  /** Puts a script in the place of pg_dump. The real one stays within its reach, under the same name. */
  const lying = (dump: string): string =>
    [
      'mount -t tmpfs none /mnt && mkdir /mnt/honest /mnt/programs',
      `cp ${binDir}/* /mnt/programs && mv /mnt/programs/pg_dump ${honest}`,
      `echo '#!/bin/sh' > /mnt/programs/pg_dump`,
      `echo 'PATH=/usr/bin:/bin; [ $# = 1 ] && exec ${honest} "$@"; ${dump}' >> /mnt/programs/pg_dump`,
      `chmod +x /mnt/programs/pg_dump && mount --bind /mnt/programs ${binDir}`,
    ].join(' && ')

  test.each([
    ['stops in the middle and calls it a success', `${honest} "$@" | head -c 20000`],
    ['loses a few bytes on the way', `${honest} "$@" | (head -c 9000; head -c 10 >/dev/null; cat)`],
    ['prints something else', 'echo all is well'],
  ])('and %s has made no backup', async (_how, dump) => {
    await using site = await makeSite({ server })
    await site.engine.backUp('till')
    await expectFault(site, 'VERIFY_TRUNCATED', () => backUpSeeing(site, lying(dump)))
  })

  test('and prints nothing at all has made no backup', async () => {
    await using site = await makeSite({ server })
    await expectFault(site, 'DUMP_FAILED', () => backUpSeeing(site, lying('exit 0')))
  })
})

const newestTool = Math.max(...(await findToolSets()).map(({ major }) => major))

describe.runIf(newestTool < 18)('a server newer than the tools', () => {
  test('is refused when Larder is set up, and nothing is left behind', async () => {
    await using newer = await startPostgres({ binDir: await embeddedPostgres18BinDir() })
    using place = tempFolder()
    await makeTill(newer)
    const engine = await Engine.open(makeWorld(`${place.path}/data`, []))
    const refused = engine.setUp(requestFor({ server: newer }, `${place.path}/backups`))
    await expect(refused).rejects.toMatchObject({ code: 'TOOL_TOO_OLD' })
    expect(filesBelow(place.path)).toEqual([])
    engine.close()
  })

  test('is refused before the dump when the till was updated later', async () => {
    await using newer = await startPostgres({ binDir: await embeddedPostgres18BinDir() })
    await makeTill(newer)
    await using site = await makeSite({ server })
    await site.engine.backUp('till')
    await site.world.secrets.write('database-password', new Secret(newer.password))
    await site.whileServerIs({ port: newer.port }, async () => {
      const fault = await expectFault(site, 'TOOL_TOO_OLD', () => site.engine.backUp('till'))
      expect(fault.text).toContain('is version 18')
      expect(fault.text).toContain(`tool here is ${newestTool}.`)
    })
  })
})
