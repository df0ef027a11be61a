import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** What one run cost: wall time, and the CPU time of the program with all its children. Milliseconds. */
export interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
}

const clockTickMs = 10

/** CPU time of all ended children of this process so far. proc(5): cutime and cstime are fields 16 and 17. */
function childCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * clockTickMs
}

/** Runs a program to its end and returns what it cost and printed. Throws when it ends badly. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onStart?: (pid: number) => void,
): Promise<Cost & { readonly output: string }> {
  const before = { cpuMs: childCpuMs(), at: performance.now() }
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
  return { wallMs: performance.now() - before.at, cpuMs: childCpuMs() - before.cpuMs, output }
}

/** Memory of a process and all its descendants in MB, shared pages divided among their users (PSS). */
export const pssMb = (root: number): number =>
  sum(descendants(root).map((pid) => kilobytes(pid, 'smaps_rollup', 'Pss') / 1024))

/** The command lines of a process and all its descendants. */
export const commandLines = (root: number): string[] =>
  descendants(root).map((pid) => read(pid, 'cmdline').replaceAll('\0', ' '))

const lookEveryMs = 100

/** Watches the programs that a process starts; `stop` tells how much memory they had at most at one time, in MB. */
export function watchChildren(parent: number): { stop(): number } {
  let peakMb = 0
  const timer = setInterval(() => {
    const children = descendants(parent).filter((pid) => pid !== parent)
    peakMb = Math.max(peakMb, sum(children.map((pid) => kilobytes(pid, 'status', 'VmRSS') / 1024)))
  }, lookEveryMs)
  return {
    stop() {
      clearInterval(timer)
      return peakMb
    },
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** A file of a process; empty when the process has ended meanwhile. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

function kilobytes(pid: number, file: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(read(pid, file))?.[1] ?? 0)
}

/** The process itself, its children, and so on. */
function descendants(root: number): number[] {
  const parents = new Map<number, number[]>()
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  for (const pid of pids.map(Number)) {
    const stat = read(pid, 'stat')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    parents.set(parent, [...(parents.get(parent) ?? []), pid])
  }
  const below = (pid: number): number[] => [pid, ...(parents.get(pid) ?? []).flatMap(below)]
  return below(root)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** One line of the report. `must` and `aim` are upper bounds. */
export interface Figure {
  readonly figure: string
  readonly measured: number
  readonly must: number | null
  readonly aim: number | null
  /** The smallest and the largest of the values behind the median. */
  readonly spread?: readonly [number, number]
}

/** A figure that could not be measured is not met. */
export const isMet = ({ measured, must }: Figure): boolean => must === null || measured <= must

export function figure(
  name: string,
  values: readonly number[],
  must: number | null,
  aim: number | null = null,
): Figure {
  return {
    figure: name,
    measured: median(values),
    must,
    aim,
    spread: [Math.min(...values), Math.max(...values)],
  }
}
