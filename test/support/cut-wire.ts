import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

/** A TCP connection to a server that somebody cuts at one statement. */
export interface CutWire extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number
  /**
   * Cuts the next connection on which these words are sent: before the server reads them, or after it has and before
   * its answer comes through. `atOnce` is what happens at that moment.
   */
  cutAt(words: string, when: 'before' | 'after', atOnce?: () => void): void
}

export async function makeCutWire(serverPort: number): Promise<CutWire> {
  const sockets = new Set<Socket>()
  let waiting: { words: string; when: 'before' | 'after'; atOnce: (() => void) | undefined } | undefined

  const listener = createServer((client) => {
    const server = createConnection(serverPort, '127.0.0.1')
    let isCut = false
    client.on('data', (chunk: Buffer) => {
      const cut = waiting !== undefined && chunk.includes(waiting.words) ? waiting : undefined
      if (cut !== undefined) {
        waiting = undefined
        isCut = true
        cut.atOnce?.()
      }
      if (cut?.when === 'before') client.destroy()
      else server.write(chunk)
    })
    server.on('data', (chunk: Buffer) => {
      // The answer is there, so it is done; and nobody is told.
      if (isCut) client.destroy()
      else client.write(chunk)
    })
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
  return {
    port: address.port,
    cutAt: (words, when, atOnce) => {
      waiting = { words, when, atOnce }
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
