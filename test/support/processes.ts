import { readdirSync, readFileSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly parent: number
  readonly name: string
  /** R, S, D, T (stopped), Z (ended, not collected)… as in proc(5). */
  readonly state: string
  readonly argv: string
}

/** Everything that runs on this computer at this moment. */
export function allProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => look(Number(entry)) ?? [])
}

function look(pid: number): Process | undefined {
  try {
    const [, name = '', state = '', parent = ''] =
      /^\d+ \(([^]*)\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return { pid, parent: Number(parent), name, state, argv }
  } catch {
    return undefined // It ended while we looked.
  }
}

/**
 * PostgreSQL tools that have not ended, and either were started by us or talk to the server at this port. An orphan
 * has another parent, but its environment still says where it goes.
 */
export const runningTools = (serverPort: number): Process[] =>
  allProcesses().filter(
    ({ pid, name, state, parent }) =>
      /^pg_(?:dump|dumpall|restore)$/.test(name) &&
      state !== 'Z' &&
      (parent === process.pid || environmentOf(pid).includes(`PGPORT=${serverPort}`)),
  )

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return []
  }
}
