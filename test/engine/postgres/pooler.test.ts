import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { inspectDatabase, inspectServer } from '../../../electron/engine/postgres/inspect.ts'
import { openSession, type Session } from '../../../electron/engine/postgres/session.ts'
import { exportSnapshot } from '../../../electron/engine/postgres/snapshot.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { startPostgres, type PrivatePostgres } from '../../support/postgres-server.ts'
import { sessionOf, wayTo } from './login.ts'

let postgres: PrivatePostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => postgres[Symbol.asyncDispose]())

/** Like a pooler it tells its own key at login (PostgreSQL manual, "Message Formats": BackendKeyData). */
async function poolerBefore(port: number) {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => client.destroy()))
    client.pipe(upstream)
    upstream.on('data', (data) => client.write(withOtherKey(data)))
    upstream.on('end', () => client.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function withOtherKey(data: Buffer): Buffer {
  const at = data.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
  if (at >= 0) data.writeInt32BE(1, at + 5)
  return data
}

const settingsOf = async (session: Session) =>
  session.one(
    z.object({ path: z.string(), lock: z.string() }),
    `SELECT current_setting('search_path') AS path, current_setting('lock_timeout') AS lock`,
  )
const steady = { path: 'pg_catalog', lock: '30s' }
const untouched = { path: '"$user", public', lock: '0' }

test('a session of its own keeps its settings from beginning to end', async () => {
  await using session = await sessionOf(postgres, 'postgres')
  expect(await settingsOf(session)).toEqual(steady)
})

test('a session that a pooler may share with the till is left as it is, but for one transaction', async () => {
  await using pooler = await poolerBefore(postgres.port)
  const way = wayTo(postgres, { port: pooler.port })
  await using session = await openSession(way, 'postgres', new Secret(postgres.password))
  await inspectServer(session)
  await inspectDatabase(session)
  expect(await settingsOf(session)).toEqual(untouched)
  const snapshot = await exportSnapshot(session, Date.now)
  expect(await settingsOf(session)).toEqual(steady)
  await snapshot.release()
  expect(await settingsOf(session)).toEqual(untouched)
})
