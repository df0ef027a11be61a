import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Posted {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A web server that keeps what it gets. On 127.0.0.1. */
export interface HttpSink extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  readonly posts: readonly Posted[]
  /** The status of every answer from now on; `hangs`: none at all. */
  mood: number | 'hangs'
  /** The body of every answer. */
  says: string
  /** When that many have come. */
  received(count: number): Promise<void>
}

export async function startHttpSink(): Promise<HttpSink> {
  const posts: Posted[] = []
  const arrived = new EventEmitter()
  const sink = { mood: 200 as HttpSink['mood'], says: 'OK' }
  const server = createServer((request, response) => {
    void keep(request, response).catch(() => undefined)
  })
  async function keep(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    posts.push({ method, path, headers, body: await text(request) })
    if (sink.mood !== 'hangs') response.writeHead(sink.mood).end(sink.says)
    arrived.emit('post')
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port.')
  return Object.assign(sink, {
    origin: `http://127.0.0.1:${address.port}`,
    posts,
    received: async (count: number) => {
      while (posts.length < count) await once(arrived, 'post')
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}
