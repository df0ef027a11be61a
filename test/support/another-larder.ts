import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Fault } from '../../electron/shared/fault.ts'
import type { TestSite } from './test-site.ts'

export interface AnotherLarder {
  readonly pid: number
  /** When it says that it has come so far: `open`, then the phases of a job. Rejects when it ends before. */
  reached(phase: string): Promise<void>
  kill(): void
  /** What it said last; nothing of both when it was killed. */
  readonly ended: Promise<{ readonly done?: string; readonly fault?: Fault }>
}

interface Said {
  readonly phase?: string
  readonly done?: string
  readonly fault?: Fault
}

const script = new URL('./larder-process.ts', import.meta.url).pathname

/** Starts a backup of the site in another process; `wrapping` is a command that runs it, such as `strace`. */
export function startLarder(
  { dataFolder, database, limits }: TestSite,
  wrapping: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): AnotherLarder {
  const own = [process.execPath, script, dataFolder, database, JSON.stringify(limits)]
  const [command = '', ...args] = [...wrapping, ...own]
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const said: Said[] = []
  const lines = createInterface(child.stdout)
  lines.on('line', (line) => said.push(JSON.parse(line) as Said)) // larder-process.ts wrote it.
  const ended = (async () => {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    // A process that ends by itself in any other way is a mistake in the test or in Larder.
    if (code !== 0 && signal === null && wrapping.length === 0) throw new Error(complaints)
    return said.find(({ done, fault }) => done ?? fault) ?? {}
  })()
  return {
    pid: child.pid ?? 0,
    reached: async (phase) => {
      while (!said.some((line) => line.phase === phase)) {
        await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => refuse(phase, complaints))])
      }
    },
    kill: () => void child.kill('SIGKILL'),
    ended,
  }
}

function refuse(phase: string, complaints: string): never {
  throw new Error(`it ended before ${phase}: ${complaints}`)
}
