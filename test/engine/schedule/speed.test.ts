import { expect, test } from 'vitest'
import { readStatus } from '../../../electron/engine/monitor/status.ts'
import { record } from '../catalogue/temp-catalogue.ts'
import { SimulatedSite } from './simulated-site.ts'

const hour = 3_600_000
const start = Date.UTC(2026, 10, 3, 14)

async function medianMs(work: () => unknown): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < 31; n += 1) {
    const startedAt = performance.now()
    await work()
    times.push(performance.now() - startedAt)
  }
  return times.toSorted((a, b) => a - b)[15] ?? Infinity
}

test('a look at the schedule and at the health takes under 20 ms over 10,000 backups', async () => {
  const site = new SimulatedSite({ start, zone: 'Europe/Berlin', databases: ['pos', 'stock'] })
  site.catalogue.write(() => {
    for (let n = 0; n < 10_000; n += 1) {
      const database = n % 2 === 0 ? 'pos' : 'stock'
      record(site.catalogue, { id: `old-${n}`, database, takenAt: start - n * hour })
    }
  })
  await site.ring()
  site.serverUp = false
  // A slot that waits asks the most; in between there is nothing but to look.
  site.asleep(6 * hour)
  await site.ring()
  expect(await medianMs(() => site.ring())).toBeLessThan(20)
  expect(await medianMs(() => readStatus(site.site, site.knownDatabases))).toBeLessThan(20)
})
