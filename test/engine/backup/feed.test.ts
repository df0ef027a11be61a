import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { feed } from '../../../electron/engine/backup/feed.ts'

const piece = Buffer.alloc(1024 * 1024, 'receipt ')

/** A reader that is another process, as pg_restore is, fed with 20 MiB; how many were asked for, and how it ended. */
async function feeding(script: string) {
  const reader = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  let asked = 0
  async function* source() {
    while (asked < 20) {
      asked += 1
      yield piece
    }
  }
  const ended = once(reader, 'close') as Promise<[number]>
  let said = ''
  reader.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await feed(source(), reader.stdin)
  const [code] = await ended
  return { asked, code, said: said.trim() }
}

describe('a reader', () => {
  test('gets every byte', async () => {
    expect(await feeding('wc -c')).toEqual({ asked: 20, code: 0, said: String(20 * piece.length) })
  })

  test.each([
    ['at once', 'exit 0', 0],
    ['after a part', 'head -c 3000000 >/dev/null', 0],
    ['with a complaint', 'head -c 100 >/dev/null; exit 1', 1],
    ['by dying', 'kill -9 $$', null],
  ])('that has enough %s does not keep the rest from being read', async (_how, script, code) => {
    expect(await feeding(script)).toMatchObject({ asked: 20, code })
  })

  test('that ends does not hide what went wrong with the source', async () => {
    const reader = spawn('sh', ['-c', 'exit 0'], { stdio: ['pipe', 'ignore', 'inherit'] })
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield piece
      throw new Error('a bad block')
    }
    await expect(feed(broken(), reader.stdin)).rejects.toThrow('a bad block')
  })
})
