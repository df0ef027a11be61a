import { getPriority } from 'node:os'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { askTool, requireSuccess, startTool } from '../../../electron/engine/postgres/run-tool.ts'
import { CancelledError } from '../../../electron/shared/fault.ts'

// A shell script is a tool whose every move is known.
const shell = (script: string, options: Parameters<typeof startTool>[2] = {}) =>
  startTool('/bin/sh', ['-c', script], options)
const said = (script: string, options: Parameters<typeof startTool>[2] = {}) =>
  askTool('/bin/sh', ['-c', script], options)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a tool that ends by itself', () => {
  test('tells what it printed and that it ended well', async () => {
    const { text: answer, end } = await said('echo out; echo err >&2')
    expect(answer).toBe('out\n')
    expect(end).toEqual({ how: 'exited', code: 0, signal: null, stderr: 'err\n' })
    expect(() => requireSuccess(end)).not.toThrow()
  })

  test('loses nothing of its output to a reader who comes late', async () => {
    const tool = shell('echo early')
    await pause(200)
    expect(await text(tool.stdout)).toBe('early\n')
  })

  test('may print megabytes of complaints; the last 64 kB are kept', async () => {
    const { end } = await said('head -c 20971520 /dev/zero | tr "\\0" x >&2; echo the end >&2; exit 1')
    expect(end.stderr).toHaveLength(64 * 1024)
    expect(end.stderr).toMatch(/xthe end\n$/)
    expect(() => requireSuccess(end)).toThrow(expect.objectContaining({ code: 'DUMP_FAILED' }))
  })

  test('may report its progress among its complaints; only complaints are kept', async () => {
    const heard: string[] = []
    const isNews = (line: string): boolean => line.startsWith('news') && heard.push(line) > 0
    const { end } = await said('echo news 1 >&2; echo bad >&2; printf "news 2\nworse" >&2', { isNews })
    expect(heard).toEqual(['news 1', 'news 2'])
    expect(end.stderr).toBe('bad\nworse')
  })

  test('may complain in bytes that are no text', async () => {
    const { end } = await said(String.raw`printf '\377\376\000 broken' >&2; exit 1`)
    expect(end.stderr).toContain('broken')
  })

  test('reads what it is given', async () => {
    const tool = shell('cat', { stdin: 'pipe' })
    tool.stdin?.end('through and through')
    expect(await text(tool.stdout)).toBe('through and through')
  })

  test('finds no input when none was promised', async () => {
    expect((await said('cat')).text).toBe('')
  })
})

describe('a tool that is not there', () => {
  test.each([
    ['a missing file', '/nowhere/pg_dump'],
    ['a file that is no program', import.meta.filename],
  ])('%s is TOOL_NOT_FOUND, with the reason', async (_, path) => {
    const { end } = await askTool(path, [])
    expect(end.how).toBe('not-started')
    expect(() => requireSuccess(end)).toThrow(expect.objectContaining({ code: 'TOOL_NOT_FOUND' }))
    expect(end.stderr).toContain(path)
  })
})

describe('a tool that is stopped', () => {
  test('by the user is cancelled, even when it answers with an exit code', async () => {
    const controller = new AbortController()
    const tool = shell('trap "exit 1" TERM; echo ready; while :; do sleep 0.05; done', {
      signal: controller.signal,
    })
    tool.stdout.once('data', () => controller.abort())
    const end = await tool.ended
    expect(end).toMatchObject({ how: 'cancelled', code: 1 })
    expect(() => requireSuccess(end)).toThrow(CancelledError)
  })

  test('before it began is cancelled too', async () => {
    const { end } = await said('exec sleep 10', { signal: AbortSignal.abort() })
    expect(end.how).toBe('cancelled')
  })

  test('by its time limit is DUMP_TIMEOUT, even when it answers with an exit code', async () => {
    const { end } = await said('trap "exit 1" TERM; while :; do sleep 0.05; done', { timeLimitMs: 300 })
    expect(end).toMatchObject({ how: 'timed-out', code: 1 })
    expect(() => requireSuccess(end)).toThrow(expect.objectContaining({ code: 'DUMP_TIMEOUT' }))
  })

  test('because nothing moves is DUMP_STALLED', async () => {
    const { text: answer, end } = await said('echo begun; exec sleep 30', { stallLimitMs: 300 })
    expect(answer).toBe('begun\n')
    expect(() => requireSuccess(end)).toThrow(expect.objectContaining({ code: 'DUMP_STALLED' }))
  })

  test('never happens to one that is slow but moves', async () => {
    const script = 'for i in 1 2 3 4 5 6; do sleep 0.2; echo $i; done'
    const { end } = await said(script, { stallLimitMs: 800 })
    expect(end).toMatchObject({ how: 'exited', code: 0 })
  })

  test('by kill() or by the system is DUMP_KILLED', async () => {
    const tool = shell('exec sleep 30')
    tool.kill()
    const end = await tool.ended
    expect(end).toMatchObject({ how: 'killed', signal: 'SIGTERM' })
    expect(() => requireSuccess(end)).toThrow(expect.objectContaining({ code: 'DUMP_KILLED' }))
  })

  test('is made to end after 5 s when it does not listen', async () => {
    const tool = shell('trap "" TERM; echo deaf; while :; do sleep 0.05; done', { timeLimitMs: 200 })
    tool.stdout.resume()
    const startedAt = Date.now()
    expect(await tool.ended).toMatchObject({ how: 'timed-out', signal: 'SIGKILL' })
    expect(Date.now() - startedAt).toBeLessThan(9000)
    expect(isAlive(tool.pid ?? 0)).toBe(false)
  })

  test('does not keep us waiting for a child of its own that holds the pipes open', async () => {
    const tool = shell('sleep 20 & echo $!; wait', { timeLimitMs: 300 })
    const pid = Number(await new Promise((resolve) => tool.stdout.once('data', resolve)))
    const startedAt = Date.now()
    expect((await tool.ended).how).toBe('timed-out')
    expect(Date.now() - startedAt).toBeLessThan(5000)
    process.kill(pid)
  })
})

describe('the surroundings of a tool', () => {
  test('are minimal: nothing of ours but the path, and nothing of libpq but what is meant', async () => {
    vi.stubEnv('PGSERVICE', 'elsewhere')
    vi.stubEnv('PGOPTIONS', '-c search_path=evil')
    vi.stubEnv('PGPASSFILE', '/tmp/passwords')
    vi.stubEnv('LARDER_SECRET', 'hidden')
    const { text: listed } = await askTool('/usr/bin/env', [], { env: { PGHOST: 'till' } })
    vi.unstubAllEnvs()
    const env = Object.fromEntries(
      listed
        .trim()
        .split('\n')
        .map((line) => line.split('=', 2)),
    )
    const temporary = ['TEMP', 'TMP', 'TMPDIR'].filter((name) => name in process.env)
    const ours = ['PGAPPNAME', 'PGCONNECT_TIMEOUT', 'PGGSSENCMODE', 'PGPASSFILE', 'PGSERVICEFILE']
    const expected = ['LC_ALL', 'LC_MESSAGES', 'PATH', 'PGHOST', ...ours, ...temporary]
    expect(Object.keys(env).toSorted()).toEqual(expected.toSorted())
    expect(env).toMatchObject({ PGHOST: 'till', LC_ALL: 'C', PGPASSFILE: '/dev/null/larder' })
  })

  test('have no shell: an argument is an argument', async () => {
    const { text: answer } = await askTool('/bin/echo', ['$HOME; rm -rf "x"', '`id`', '*'])
    expect(answer).toBe('$HOME; rm -rf "x" `id` *\n')
  })

  test('give way to everything else when asked', async () => {
    const tool = shell('echo ready; exec sleep 30', { lowPriority: true })
    await new Promise((resolve) => tool.stdout.once('data', resolve))
    expect(getPriority(tool.pid)).toBe(10)
    tool.kill()
    await tool.ended
  })
})

test('a tool dies with the process that started it, at its next write', async () => {
  const script = `
    const { startTool } = await import(process.argv[1])
    const tool = startTool('/bin/sh', ['-c', 'while :; do echo x; sleep 0.05; done'])
    tool.stdout.resume()
    console.log(tool.pid)`
  const module = new URL('../../../electron/engine/postgres/run-tool.ts', import.meta.url).href
  const parent = startTool(process.execPath, ['--input-type=module', '--eval', script, module])
  const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)))
  expect(isAlive(pid)).toBe(true)
  process.kill(parent.pid ?? 0, 'SIGKILL')
  await parent.ended
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5000)
})
