import { readdir } from 'node:fs/promises'
import { connect, type NetConnectOpts } from 'node:net'
import { join } from 'node:path'
import type { FoundServer } from '../../shared/ipc.ts'

/** Where servers of this computer usually answer. */
export interface Places {
  readonly socketFolders: readonly string[]
  readonly ports: readonly number[]
}

const usualPlaces: Places = {
  socketFolders: process.platform === 'win32' ? [] : ['/var/run/postgresql', '/tmp'],
  ports: Array.from({ length: 9 }, (_, index) => 5432 + index),
}

const loopback = '127.0.0.1'

/**
 * The PostgreSQL servers of this computer, found by asking for TLS, which takes no login and leaves no failed one
 * behind. A socket is listed only where nothing answers on the same port of 127.0.0.1, which suits passwords better.
 */
export async function findServers(places: Places = usualPlaces): Promise<readonly FoundServer[]> {
  const tcp = places.ports.map((port) => ({ host: loopback, port }))
  const sockets = (await Promise.all(places.socketFolders.map(socketsIn))).flat()
  const answering = await Promise.all(
    [...tcp, ...sockets].map(async (place) => ((await answers(place)) ? place : [])),
  )
  const found = answering.flat()
  const byTcp = new Set(found.filter(({ host }) => host === loopback).map(({ port }) => port))
  return found
    .filter(({ host, port }) => host === loopback || !byTcp.has(port))
    .map((place) => ({ ...place, version: null }))
}

interface Place {
  readonly host: string
  readonly port: number
}

async function socketsIn(folder: string): Promise<readonly Place[]> {
  const names = await readdir(folder).catch(() => [])
  return names.flatMap((name) => {
    const [, port] = /^\.s\.PGSQL\.(\d{1,5})$/.exec(name) ?? []
    return port === undefined ? [] : [{ host: folder, port: Number(port) }]
  })
}

/** SSLRequest (PostgreSQL manual, "Message Formats"). Every PostgreSQL answers one byte: S or N. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])
const answerLimitMs = 1000

async function answers({ host, port }: Place): Promise<boolean> {
  const socketFile: NetConnectOpts = { path: join(host, `.s.PGSQL.${port}`) }
  const socket = connect(host === loopback ? { host, port } : socketFile)
  const found = await new Promise<boolean>((resolve) => {
    socket.setTimeout(answerLimitMs, () => resolve(false))
    socket.once('connect', () => socket.write(sslRequest))
    socket.once('data', (data) => resolve(/^[SN]$/.test(data.toString('latin1'))))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
  socket.destroy()
  return found
}
