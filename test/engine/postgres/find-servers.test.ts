import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findServers } from '../../../electron/engine/postgres/find-servers.ts'
import { startPostgres, type PrivatePostgres } from '../../support/postgres-server.ts'

let postgres: PrivatePostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => postgres[Symbol.asyncDispose]())

test('a server that answers on its port and on its socket is found once, by its port', async () => {
  const found = await findServers({ socketFolders: [postgres.folder], ports: [postgres.port] })
  expect(found).toEqual([{ host: '127.0.0.1', port: postgres.port, version: null }])
})

test('a server that answers on its socket alone is found by the folder', async () => {
  const found = await findServers({ socketFolders: ['/nowhere', postgres.folder], ports: [1] })
  expect(found).toEqual([{ host: postgres.folder, port: postgres.port, version: null }])
})

test('looking leaves no failed login in the log of the server', async () => {
  const log = `SELECT count(*) FROM regexp_split_to_table(pg_read_file('${postgres.logFile}'), '\\n') AS line
    WHERE line ~ 'FATAL|ERROR'`
  const before = await postgres.psql('postgres', log)
  await findServers({ socketFolders: [postgres.folder], ports: [postgres.port] })
  expect(await postgres.psql('postgres', log)).toBe(before)
})

test.each([
  ['greets like a mail server', '220 mail.example ESMTP\r\n'],
  ['says nothing', ''],
])('a program that %s is none', async (_, greeting) => {
  const other = createServer((socket) => socket.on('error', () => undefined).write(greeting)).listen(
    0,
    '127.0.0.1',
  )
  await once(other, 'listening')
  const address = other.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  expect(await findServers({ socketFolders: [], ports: [port] })).toEqual([])
  other.close()
})

test('the usual places can be asked without harm', async () => {
  for (const { host, port } of await findServers()) expect([typeof host, port > 0]).toEqual(['string', true])
})
