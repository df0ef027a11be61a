import { EventEmitter, once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

/** A TCP connection to a server with somebody's hand on the cable. */
export interface Wire extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number
  /** From now on holds any connection still when that many bytes have come back on it. */
  holdAfter(bytes: number): void
  /** When the first connection is being held; at once if one is. */
  held(): Promise<void>
  /** Lets everything flow again. */
  release(): void
}

/** A dump in mid-air is what most faults need: the wire stops it at a byte instead of at a lucky moment. */
export async function makeWire(serverPort: number): Promise<Wire> {
  const sockets = new Set<Socket>()
  const waiting = new Set<Socket>()
  let limit = Number.POSITIVE_INFINITY
  const told = new EventEmitter()

  const listener = createServer((client) => {
    const server = createConnection(serverPort, '127.0.0.1')
    let carried = 0
    client.pipe(server)
    server.on('data', (chunk: Buffer) => {
      carried += chunk.length
      client.write(chunk)
      if (carried < limit) return
      server.pause()
      waiting.add(server)
      told.emit('held')
    })
    server.on('end', () => client.end())
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroySoon()
      })
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port.')

  const release = (): void => {
    limit = Number.POSITIVE_INFINITY
    for (const socket of waiting) socket.resume()
    waiting.clear()
  }
  return {
    port: address.port,
    holdAfter: (bytes) => {
      limit = bytes
    },
    held: async () => {
      if (waiting.size === 0) await once(told, 'held')
    },
    release,
    [Symbol.asyncDispose]: async () => {
      release()
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
