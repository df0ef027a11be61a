import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import type { PrivatePostgres } from './postgres-server.ts'

/** A till that sells, and connects again at once when it is cut off. */
export interface Trading {
  /** Numbers of the sales that PostgreSQL has acknowledged, in order. */
  readonly sold: readonly number[]
  stop(): Promise<void>
}

export const salesTable = 'larder_test_sales'

/** Sells into a table of its own until it is stopped. */
export async function startTrading(server: PrivatePostgres, database: string): Promise<Trading> {
  const { host, port, user, password } = server
  await server.psql(database, `CREATE TABLE ${salesTable} (number bigint PRIMARY KEY)`)
  const sold: number[] = []
  let next = 1
  const closing = new AbortController()

  const sellUntilCutOff = async (): Promise<void> => {
    const client = new Client({ host, port, user, password, database })
    client.on('error', () => undefined)
    try {
      await client.connect()
      while (!closing.signal.aborted) {
        // A number that was sent and not acknowledged may have arrived: it is never sent again.
        const number = next++
        await client.query(`INSERT INTO ${salesTable} VALUES ($1)`, [number])
        sold.push(number)
        await wait(2)
      }
    } catch {
      // Cut off, or not let in just now: a till tries again.
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  const selling = (async () => {
    while (!closing.signal.aborted) await sellUntilCutOff()
  })()
  return {
    sold,
    async stop() {
      closing.abort()
      await selling
    },
  }
}

/** The numbers of the sales that a database holds. */
export async function salesIn(server: PrivatePostgres, database: string): Promise<Set<number>> {
  const lines = await server.psql(database, `SELECT number FROM ${salesTable}`)
  return new Set(
    lines
      .split('\n')
      .filter((line) => line !== '')
      .map(Number),
  )
}
