import { schedule, type ScheduledTask } from 'node-cron'
import type { Log } from '../world.ts'

export interface Bell {
  /** For whoever noticed something: a wake, an unlock, other settings. */
  ring(): void
  /** The computer has just woken: what is late may wait a little. */
  wake(): void
  stop(): void
}

export interface Ringer {
  /** Says how long the computer has been awake, ms. */
  readonly ring: (awakeMs: number) => void
  /** When the next slot comes, ms; null: nobody knows of one. */
  readonly nextAt: () => number | null
  readonly now: () => number
  readonly log: Log
}

interface Tick {
  readonly wall: number
  /** A clock that nobody sets. On Linux and macOS it stands still while the computer sleeps. */
  readonly steady: number
}

const heartbeatMs = 30_000
/** Further apart than this the clocks did not drift: one was set, or the computer slept. */
const jumpMs = 60_000
const sleptMs = 5 * 60_000

/**
 * Rings at the start, every 30 seconds, at every slot, and when asked. No bell is believed to come on time, or at all:
 * node-cron alone would wait for years after a clock that was ahead.
 */
export function hangBell({ ring, nextAt, now, log }: Ringer): Bell {
  const look = (): Tick => ({ wall: now(), steady: performance.now() })
  let last = look()
  let awakeSince = last.steady
  let slot: { readonly at: number | null; readonly task?: ScheduledTask } = { at: null }

  function tick(): void {
    const current = look()
    const [wall, steady] = [current.wall - last.wall, current.steady - last.steady]
    last = current
    const isJump = Math.abs(wall - steady) > jumpMs || wall > sleptMs
    if (isJump) {
      log.warn(
        `the clock went ${Math.round(wall / 1000)} s where ${Math.round(steady / 1000)} s were expected`,
      )
      awakeSince = current.steady
    }
    ring(current.steady - awakeSince)
    const at = nextAt()
    if (at === slot.at && !isJump) return
    void slot.task?.destroy()
    slot = at === null ? { at } : { at, task: ringAt(at, tick) }
  }

  const heartbeat = setInterval(tick, heartbeatMs)
  const first = setTimeout(tick, 0)
  return {
    ring: tick,
    wake() {
      awakeSince = performance.now()
      tick()
    },
    stop() {
      clearInterval(heartbeat)
      clearTimeout(first)
      void slot.task?.destroy()
    },
  }
}

/**
 * Rings at one moment. As cron has no years it would ring every year; a pattern that comes more often would make
 * node-cron count through all that it missed when the clock jumps by years, and nothing else would run for minutes.
 */
function ringAt(at: number, then: () => void): ScheduledTask {
  const date = new Date(at)
  const day = `${date.getUTCDate()} ${date.getUTCMonth() + 1}`
  const pattern = `${date.getUTCMinutes()} ${date.getUTCHours()} ${day} *`
  return schedule(pattern, then, { timezone: 'UTC', suppressMissedWarning: true })
}
