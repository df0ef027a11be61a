import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** One life of one process. A pid alone is not enough: it is given to somebody else after a crash or a restart. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, as text that differs for every life of this pid; null where the platform does not tell. */
  readonly startedAt: string | null
  readonly host: string
}

/** What the start times of a live process cannot settle, the age of its last heartbeat does. */
const staleHeartbeatMs = 15 * 60 * 1000

export const thisProcess = (): ProcessIdentity => identify(process.pid)

/** The identity of a process running now on this computer, to be kept and asked about later. */
export const identify = (pid: number): ProcessIdentity => ({ pid, startedAt: startOf(pid), host: hostname() })

/**
 * Says whether the owner of a job still lives. A stopped or sleeping owner lives, however old its heartbeat. Where
 * the start time cannot be read (Windows, macOS, another computer), a heartbeat younger than 15 minutes counts.
 */
export function isAlive(owner: ProcessIdentity, now: number, heartbeatAt: number): boolean {
  // A clock set back makes a heartbeat lie in the future: it is not old, so it counts as young.
  const isHeard = now - heartbeatAt < staleHeartbeatMs
  if (owner.host !== hostname()) return isHeard
  if (!exists(owner.pid)) return false
  const startedAt = startOf(owner.pid)
  return startedAt === null || owner.startedAt === null ? isHeard : startedAt === owner.startedAt
}

/** True only when this very process runs here for certain, so that ending it cannot hit a stranger. */
export function isCertainlyAlive(one: ProcessIdentity): boolean {
  return one.host === hostname() && one.startedAt !== null && startOf(one.pid) === one.startedAt
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return startOf(pid) !== gone
  } catch (error) {
    // EPERM: it is there, and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const gone = 'gone'

/**
 * Linux: the boot, and the clock ticks from that boot to the start (proc(5), /proc/pid/stat, field 22). Wall-clock
 * times would change with every correction of the clock. A process that ended and was not yet collected by its
 * parent still has a pid; it is `gone`.
 */
function startOf(pid: number): string | null {
  if (process.platform !== 'linux') return null
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, field 2, may hold spaces and brackets; fields are counted from its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state = '', ticks] = [fields[0], fields[19]]
    if (ticks === undefined) return null
    return 'ZX'.includes(state) ? gone : `${boot} ${ticks}`
  } catch {
    return null
  }
}
