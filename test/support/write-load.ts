import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import type { PrivatePostgres } from './postgres-server.ts'

export interface WriteLoad {
  /** Every sale that the server confirmed so far, in the order of confirmation. */
  readonly sold: readonly number[]
  /** Ends all workers. */
  stop(): Promise<void>
  /** The longest time without any sale since `from` (performance.now()), in ms. */
  longestGapMs(from: number): number
}

const workers = 4

/** A busy till: several computers that sell all the time, and connect again at once when they are thrown out. */
export function startWriteLoad(server: Pick<PrivatePostgres, 'url'>, database: string): WriteLoad {
  const sold: number[] = []
  const soldAt: number[] = []
  let next = 0
  const closing = new AbortController()

  async function sell(client: Client): Promise<void> {
    await client.connect()
    while (!closing.signal.aborted) {
      const sale = ++next
      await client.query('INSERT INTO sales (id) VALUES ($1)', [sale])
      sold.push(sale)
      soldAt.push(performance.now())
      await pause(3)
    }
  }
  async function work(): Promise<void> {
    while (!closing.signal.aborted) {
      const client = new Client({ connectionString: server.url(database), application_name: 'till' })
      client.on('error', () => undefined)
      // Thrown out, or not let in yet: as a till does, it tries again at once.
      await sell(client).catch(() => pause(5))
      await client.end().catch(() => undefined)
    }
  }
  const all = Array.from({ length: workers }, work)
  return {
    sold,
    stop: async () => {
      closing.abort()
      await Promise.all(all)
    },
    longestGapMs: (from) => {
      const times = soldAt.filter((at) => at >= from)
      return Math.max(...times.map((at, nth) => at - (times[nth - 1] ?? from)))
    },
  }
}
