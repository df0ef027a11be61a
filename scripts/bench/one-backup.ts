// Takes one backup through the engine and tells on stdout, as JSON, what it cost this process and its children.
// Started by the benchmark in a process of its own, so that every backup begins as fresh as every bare dump.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { readFileSync, writeFileSync } from 'node:fs'
import { Engine } from '../../electron/engine/engine.ts'
import { plainWorld } from './plain-world.ts'

export interface BackupOrder {
  readonly dataFolder: string
  readonly database: string
  /** For an Electron that brings its own SQLite. */
  readonly sqliteBinding?: string
  /** Watches the event loop too, which costs some time itself. */
  readonly withDelay: boolean
}

export interface BackupCost {
  readonly wallMs: number
  /** User and system time of this process with all its threads, and of its ended children. */
  readonly cpuMs: number
  readonly childCpuMs: number
  readonly bytes: number
  readonly idleRssMb: number
  readonly peakRssMb: number
  /** 99th percentile of the event loop's delay, at rest and during the backup; null when it was not asked for. */
  readonly idleDelayMs: number | null
  readonly delayMs: number | null
}

const clockTickMs = 10

/** The kernel adds a child to these two when it is reaped. proc(5): cutime and cstime are fields 16 and 17. */
function childCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const [userTicks = 0, systemTicks = 0] = stat
    .slice(stat.lastIndexOf(')'))
    .split(' ')
    .slice(14, 16)
    .map(Number)
  return (userTicks + systemTicks) * clockTickMs
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function residentMb(field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(line?.[1]) / 1024
}

/** proc(5): writing 5 sets the peak of the resident set back to what it is now. */
const forgetPeak = (): void => writeFileSync('/proc/self/clear_refs', '5')

async function delayP99Ms<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const result = await work()
  delay.disable()
  return [result, delay.percentile(99) / 1e6]
}

async function main({ dataFolder, database, sqliteBinding, withDelay }: BackupOrder): Promise<BackupCost> {
  const engine = await Engine.open(plainWorld(dataFolder, sqliteBinding))
  await pause(500)
  const idleDelayMs = withDelay ? (await delayP99Ms(async () => pause(3000)))[1] : null
  const idleRssMb = residentMb('VmRSS')
  forgetPeak()
  const before = { own: ownCpuMs(), children: childCpuMs(), at: performance.now() }
  const backUp = async (): Promise<{ bytes: number }> => engine.backUp(database, { report: () => undefined })
  const [{ bytes }, delayMs] = withDelay ? await delayP99Ms(backUp) : [await backUp(), null]
  const wallMs = performance.now() - before.at
  const children = childCpuMs() - before.children
  const cpuMs = ownCpuMs() - before.own + children
  const peakRssMb = residentMb('VmHWM')
  engine.close()
  return { wallMs, cpuMs, childCpuMs: children, bytes, idleRssMb, peakRssMb, idleDelayMs, delayMs }
}

const [, , order] = process.argv
if (order === undefined) throw new Error('one-backup is started by the benchmark, with its order as JSON')
console.log(JSON.stringify(await main(JSON.parse(order) as BackupOrder))) // The benchmark wrote it.
