import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobPhase } from '../../electron/shared/model.ts'
import { expectCancelled, expectWhole } from '../support/after-fault.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { addScans, makeTill } from '../support/small-till.ts'
import { makeSite, type TestSite } from '../support/test-site.ts'
import { makeWire, type Wire } from '../support/wire.ts'

const server = await startPostgres()
afterAll(() => server[Symbol.asyncDispose]())

let wire: Wire
let site: TestSite
beforeAll(async () => {
  await addScans(server, await makeTill(server), 6)
  wire = await makeWire(server.port)
  site = await makeSite({ server, port: wire.port })
  await site.engine.backUp('till')
})
afterAll(async () => {
  await site[Symbol.asyncDispose]()
  await wire[Symbol.asyncDispose]()
})

/** Two seconds are what a person waits before pressing again. Files, job and processes are looked at after that. */
async function cancelled(work: (cancel: () => void, signal: AbortSignal) => Promise<unknown>): Promise<void> {
  let at = Number.NaN
  await expectCancelled(site, async () => {
    const abort = new AbortController()
    await work(() => {
      at = Date.now()
      abort.abort()
    }, abort.signal)
  })
  expect(Date.now() - at).toBeLessThan(2000)
}

describe('a cancelled backup leaves nothing behind', () => {
  test('before it began', async () => {
    await cancelled((cancel, signal) => {
      cancel()
      return site.engine.backUp('till', { signal })
    })
  })

  test.each<JobPhase>(['inspect', 'dump', 'check'])('as it begins to %s', async (when) => {
    await cancelled((cancel, signal) =>
      site.engine.backUp('till', { signal, report: ({ phase }) => void (phase === when && cancel()) }),
    )
  })

  test('while the dump flows', async () => {
    await cancelled((cancel, signal) =>
      site.engine.backUp('till', { signal, report: ({ bytes }) => void (bytes > 0 && cancel()) }),
    )
  })

  test('while the server is silent in the middle of the dump', async () => {
    wire.holdAfter(2 * 1024 * 1024)
    await cancelled(async (cancel, signal) => {
      const backup = site.engine.backUp('till', { signal })
      await wire.held()
      cancel()
      await backup
    })
    wire.release()
  })

  test('while the server is silent before the dump', async () => {
    wire.holdAfter(100)
    await cancelled(async (cancel, signal) => {
      const backup = site.engine.backUp('till', { signal })
      await wire.held()
      cancel()
      await backup
    })
    wire.release()
  })

  test.each([5, 15, 30, 45, 60, 75])('after %i percent of the bytes it read before', async (percent) => {
    const enough = (site.engine.find('latest').plainBytes * percent) / 100
    await cancelled((cancel, signal) =>
      // Bytes, not time: on a busy computer a backup may be over before its time has come.
      site.engine.backUp('till', {
        signal,
        report: ({ phase, bytes }) => void ((bytes >= enough || phase === 'check') && cancel()),
      }),
    )
  })

  test('and a check that is cancelled says nothing about the backup', async () => {
    await cancelled((cancel, signal) =>
      site.engine.verify('latest', { signal, report: ({ bytes }) => void (bytes > 0 && cancel()) }),
    )
    expect(expectWhole(site)).toHaveLength(1)
  })
})
