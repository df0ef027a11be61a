import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../../electron/shared/fault.ts'
import type { TestSite } from './test-site.ts'

/** At which of the statements that change something a Larder is killed. */
export interface Death {
  readonly step: number
  /** Before the server has answered, or just after. */
  readonly when: 'asked' | 'answered'
  /** Leaves the tools that it started to themselves. */
  readonly alone: boolean
}

interface Said {
  readonly phase?: string
  readonly step?: number
  readonly statement?: string
  readonly done?: string
  readonly verdict?: string
  readonly fault?: Fault
}

export interface AnotherRestore {
  readonly pid: number
  /** When it says that it has come to this phase. Rejects when it ends before. */
  reached(phase: string): Promise<void>
  /** Kills it, with the tools that it started or without. */
  kill(how: 'alone' | 'with-tools'): void
  /** All that it said. */
  readonly ended: Promise<readonly Said[]>
}

const script = new URL('./restore-process.ts', import.meta.url).pathname

/** Starts a restore of a backup, or the undo of a restore, in a process of its own. */
export function startRestore(
  { dataFolder, limits }: Pick<TestSite, 'dataFolder' | 'limits'>,
  verb: 'restore' | 'undo',
  id: string,
  death: Death | null = null,
): AnotherRestore {
  const args = [script, dataFolder, verb, id, JSON.stringify(limits), JSON.stringify(death)]
  // Detached: the leader of a group of its own, in which its tools are.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const pid = child.pid ?? 0
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const said: Said[] = []
  const lines = createInterface(child.stdout)
  lines.on('line', (line) => said.push(JSON.parse(line) as Said)) // restore-process.ts wrote it.
  const ended = (async () => {
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== null && code !== 0) throw new Error(complaints)
    return said
  })()
  // Whoever is not interested must not be told by a crash of the tests.
  ended.catch(() => undefined)
  return {
    pid,
    reached: async (phase) => {
      while (!said.some((line) => line.phase === phase)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`it ended before ${phase}: ${complaints} ${JSON.stringify(said)}`)
        await pause(2)
      }
    },
    kill: (how) => {
      try {
        process.kill(how === 'alone' ? pid : -pid, 'SIGKILL')
      } catch {
        // It was faster.
      }
    },
    ended,
  }
}
