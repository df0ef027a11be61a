import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runPipeline, type ReadRequest, type SealRequest } from '../../../electron/engine/backup/pipeline.ts'
import { CancelledError } from '../../../electron/shared/fault.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const pipelineFile = join(import.meta.dirname, '../../../electron/engine/backup/pipeline.ts')

let folder: ReturnType<typeof tempFolder>
beforeEach(() => {
  folder = tempFolder()
})
afterEach(() => folder[Symbol.dispose]())

/** Stores what a shell command prints, as it is. */
const storing = (name: string, command: string): SealRequest => ({
  kind: 'seal',
  tool: { path: '/bin/sh', args: ['-c', command], env: {} },
  file: join(folder.path, name),
  compress: false,
  recipients: [],
  values: {},
  stallMs: 20_000,
  totalMs: 20_000,
})
const run = (request: SealRequest, signal = new AbortController().signal) => runPipeline(request, { signal })
const stored = (name: string): string => readFileSync(join(folder.path, `${name}.partial`), 'utf8')

describe('a file that never gives a byte, as on a share whose server is gone', () => {
  const reading = (path: string, stallMs: number): ReadRequest => ({
    kind: 'read',
    path,
    compressed: false,
    identity: null,
    reader: null,
    stallMs,
    totalMs: 20_000,
  })
  /** A pipe that nobody writes to: opening it waits until somebody does. */
  const deadFile = (): string => {
    const path = join(folder.path, 'dead')
    execFileSync('mkfifo', [path])
    return path
  }
  // Whoever waits for the pipe gets an end, so that no thread of this process is left waiting.
  const release = (path: string): void => closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))

  test('is given up, and does not hinder the next pipeline', async () => {
    const path = deadFile()
    const given = runPipeline(reading(path, 300), { signal: new AbortController().signal })
    await expect(given).rejects.toMatchObject({ code: 'DUMP_STALLED' })
    expect(await run(storing('next', 'echo soup'))).toMatchObject({ bytes: 5 })
    release(path)
  }, 20_000)
})

test('a tool that is slow and steady is not taken for silence', async () => {
  const slow = storing('slow', 'for n in $(seq 60); do echo $n; sleep 0.1; done')
  expect(await run({ ...slow, stallMs: 1000 })).toMatchObject({ bytes: 171 })
}, 30_000)

/** How many threads of this process work behind everything else. */
const patient = (): number =>
  readdirSync('/proc/self/task').filter((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16] === '10'
  }).length

test.runIf(process.platform === 'linux')(
  'a pipeline works behind everything else, unless a till stands still until it is done',
  async () => {
    await run(storing('soup', 'echo soup'))
    const before = patient()
    expect(before).toBeGreaterThan(0)
    const path = join(folder.path, 'soup.partial')
    const opening = { compressed: false, identity: null, reader: null, stallMs: 20_000, totalMs: 20_000 }
    const into = join(folder.path, 'opened')
    await runPipeline(
      { kind: 'read', path, into, isAwaited: true, ...opening },
      { signal: new AbortController().signal },
    )
    // Whoever is not root cannot take back the priority of a thread that gave it up.
    if (process.getuid?.() === 0) expect(patient()).toBe(before - 1)
  },
)

describe('pipelines', () => {
  test('that run at the same time do not mix', async () => {
    const found = await Promise.all(
      ['soup', 'pasta', 'salad'].map((dish) =>
        run(storing(dish, `for n in 1 2 3 4 5; do echo ${dish}; sleep 0.05; done`)),
      ),
    )
    for (const dish of ['soup', 'pasta', 'salad']) expect(stored(dish)).toBe(`${dish}\n`.repeat(5))
    expect(found.map(({ bytes }) => bytes)).toEqual([25, 30, 30])
  })

  test('count and hash afresh, one after the other', async () => {
    const first = await run(storing('first', 'echo soup'))
    const second = await run(storing('second', 'echo soup'))
    expect(second).toEqual(first)
    expect(first).toMatchObject({ bytes: 5, plainBytes: 5 })
  })

  test('go well after one that failed and one that was cancelled', async () => {
    await run(storing('good', 'echo soup'))
    await expect(run(storing('bad', 'echo no >&2; exit 1'))).rejects.toMatchObject({ code: 'DUMP_FAILED' })
    const cancelling = new AbortController()
    const slow = run(storing('slow', 'echo soup; sleep 20'), cancelling.signal)
    cancelling.abort()
    await expect(slow).rejects.toBeInstanceOf(CancelledError)
    expect(await run(storing('again', 'echo soup'))).toMatchObject({ bytes: 5 })
  })

  test('do not keep a process from ending', async () => {
    const script = `
      import { runPipeline } from ${JSON.stringify(pathToFileURL(pipelineFile).href)}
      await runPipeline(${JSON.stringify(storing('kept', 'echo soup'))}, { signal: new AbortController().signal })
      console.log('done')`
    const file = join(folder.path, 'one-pipeline.mjs')
    writeFileSync(file, script)
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const doneAt = performance.now()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(performance.now() - doneAt).toBeLessThan(1500)
  })
})
