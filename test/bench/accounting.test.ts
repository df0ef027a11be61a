import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import {
  commandLines,
  figure,
  isMet,
  median,
  pssMb,
  run,
  watchChildren,
} from '../../scripts/bench/accounting.ts'

const node = process.execPath
const stop: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const each of stop.splice(0)) await each()
})

/** A shell that waits for a Node which holds this many MB. */
async function familyHolding(megabytes: number): Promise<number> {
  const script = `const held = Buffer.alloc(${megabytes} * 1024 * 1024, 1)
    console.log(held.length); setInterval(() => held, 1000)`
  const child = spawn('sh', ['-c', '"$@"; true', 'sh', node, '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const pid = child.pid ?? 0
  stop.push(async () => {
    const gone = once(child, 'exit')
    process.kill(-pid, 'SIGKILL')
    await gone
  })
  await once(child.stdout, 'data')
  return pid
}

describe('the cost of a program', () => {
  test('is the CPU time of all its processes, and not the time it slept', async () => {
    const burn = 'const end = process.cpuUsage().user + 400e3; while (process.cpuUsage().user < end);'
    const shell = `"$0" -e '${burn}' & "$0" -e '${burn}' & wait; sleep 1`
    const { cpuMs, wallMs } = await run('sh', ['-c', shell, node], {})
    expect(cpuMs).toBeGreaterThanOrEqual(780)
    expect(wallMs).toBeGreaterThanOrEqual(1000)
    const asleep = await run('sleep', ['1'], {})
    expect(asleep.cpuMs).toBeLessThan(100)
  })

  test('comes with what it printed', async () => {
    expect((await run('echo', ['soup'], {})).output).toBe('soup\n')
  })

  test('is not told of one that failed', async () => {
    await expect(run('false', [], {})).rejects.toThrow('false ended with 1')
  })
})

describe('the memory of a program', () => {
  test('counts its descendants too', async () => {
    const small = pssMb(await familyHolding(1))
    const large = pssMb(await familyHolding(101))
    expect(large - small).toBeGreaterThan(80)
    expect(large - small).toBeLessThan(120)
  })

  test('is watched in its children alone, at its highest', async () => {
    const parent = await familyHolding(60)
    const watched = watchChildren(parent)
    await pause(400)
    const megabytes = watched.stop()
    expect(megabytes).toBeGreaterThan(60)
    const nobody = watchChildren(2 ** 22 + 1)
    await pause(200)
    expect(nobody.stop()).toBe(0)
  })

  test('comes with the command lines that make it up', async () => {
    const lines = commandLines(await familyHolding(1))
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain('-e const held')
  })
})

describe('a figure', () => {
  test('is the median of its rounds, whatever their order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(figure('soup', [0.3, 0.1, 0.2], 0.25)).toMatchObject({ measured: 0.2, spread: [0.1, 0.3] })
  })

  test('is met up to its bound, and never when it could not be measured', () => {
    expect(isMet(figure('soup', [40], 40))).toBe(true)
    expect(isMet(figure('soup', [40.1], 40))).toBe(false)
    expect(isMet(figure('soup', [Number.NaN], 40))).toBe(false)
    expect(isMet(figure('soup', [], 40))).toBe(false)
    expect(isMet(figure('soup', [999], null))).toBe(true)
  })
})
