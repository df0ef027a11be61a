import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  identify,
  isAlive,
  isCertainlyAlive,
  thisProcess,
} from '../../../electron/engine/catalogue/process-identity.ts'

const now = Date.UTC(2026, 5, 1)
const minuteMs = 60_000
const longAgo = now - 30 * 24 * 60 * minuteMs

/** A process of its own that waits to be ended; ended after the test at the latest. */
function sleeper(script = 'exec sleep 60'): ChildProcess & { readonly pid: number } {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  if (child.pid === undefined) throw new Error('sh did not start')
  return Object.assign(child, { pid: child.pid })
}

describe('the owner of a job', () => {
  it('lives while its process runs, however old its heartbeat', () => {
    expect(isAlive(thisProcess(), now, now)).toBe(true)
    if (process.platform === 'linux') expect(isAlive(thisProcess(), now, longAgo)).toBe(true)
  })

  it('is dead once its process was killed, however young its heartbeat', async () => {
    const child = sleeper()
    const owner = identify(child.pid)
    expect(isAlive(owner, now, now)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(owner, now, now)).toBe(false)
    expect(isCertainlyAlive(owner)).toBe(false)
  })

  it('on another computer, or of unknown start, is judged by its heartbeat', () => {
    const strangers = [
      { ...thisProcess(), host: `not-${hostname()}` },
      { ...thisProcess(), startedAt: null },
    ]
    for (const owner of strangers) {
      expect(isAlive(owner, now, now - 14 * minuteMs)).toBe(true)
      expect(isAlive(owner, now, now - 16 * minuteMs)).toBe(false)
      expect(isAlive(owner, now, now + 60 * minuteMs), 'after the clock was set back').toBe(true)
      expect(isCertainlyAlive(owner)).toBe(false)
    }
  })
})

describe.runIf(process.platform === 'linux')('on Linux, the owner of a job', () => {
  it('lives while it is stopped', async () => {
    const child = sleeper()
    const owner = identify(child.pid)
    child.kill('SIGSTOP')
    expect(isAlive(owner, now, longAgo)).toBe(true)
    expect(isCertainlyAlive(owner)).toBe(true)
  })

  it('is dead when its pid was given to somebody else', () => {
    const earlier = { ...thisProcess(), startedAt: '00000000-0000-0000-0000-000000000000 12' }
    expect(isAlive(earlier, now, now)).toBe(false)
    expect(isCertainlyAlive(earlier)).toBe(false)
  })

  it('is dead when it ended and nobody collected it yet', async () => {
    // The shell becomes another program, which never waits for the shell's child.
    const parent = sleeper('sleep 0.2 & echo $!; exec sleep 60')
    if (!parent.stdout) throw new Error('no output')
    const [line] = await once(parent.stdout, 'data')
    const owner = identify(Number(String(line)))
    expect(isAlive(owner, now, now)).toBe(true)
    await expect.poll(() => isAlive(owner, now, now)).toBe(false)
    expect(() => process.kill(owner.pid, 0), 'its pid is still taken').not.toThrow()
  })
})
