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
  env: Record<string, string>,
): Promise<Cost & { readonly output: string }> {
  const before = { cpuMs: childCpuMs(), at: performance.now() }
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
  return { wallMs: performance.now() - before.at, cpuMs: childCpuMs() - before.cpuMs, output }
}

/** Memory of a process and all its descendants in MB, shared pages divided among their users (PSS). */
export function pssMb(root: number): number {
  const kilobytes = descendants(root).map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    } catch {
      return 0 // It has ended meanwhile.
    }
  })
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
}

function descendants(root: number): number[] {
  const parents = new Map<number, number[]>()
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const parent = parentOf(pid)
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), pid])
  }
  const below = (pid: number): number[] => [pid, ...(parents.get(pid) ?? []).flatMap(below)]
  return below(root)
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
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
  /** The values behind the median, smallest to largest. */
  readonly spread?: readonly [number, number]
}

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
