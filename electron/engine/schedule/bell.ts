import { schedule, type ScheduledTask } from 'node-cron'
import type { Log } from '../world.ts'

export interface Bell {
  /** For whoever noticed something: a wake, an unlock, other settings. */
  ring(): void
  /** The computer has just woken: what is late may wait a little. */
  wake(): void
  stop(): void
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
 * Rings at the start, every 30 seconds, every full minute, and when asked. No bell is believed to come on time, or at
 * all: node-cron alone would wait for years after a clock that was ahead. Each says how long the computer has been awake.
 */
export function hangBell(ring: (awakeMs: number) => void, now: () => number, log: Log): Bell {
  const look = (): Tick => ({ wall: now(), steady: performance.now() })
  let last = look()
  let awakeSince = last.steady
  let minutes = everyMinute(() => tick())

  function tick(): void {
    const current = look()
    const [wall, steady] = [current.wall - last.wall, current.steady - last.steady]
    last = current
    if (Math.abs(wall - steady) > jumpMs || wall > sleptMs) {
      log.warn(
        `the clock went ${Math.round(wall / 1000)} s where ${Math.round(steady / 1000)} s were expected`,
      )
      awakeSince = current.steady
      void minutes.destroy()
      minutes = everyMinute(() => tick())
    }
    ring(current.steady - awakeSince)
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
      void minutes.destroy()
    },
  }
}

const everyMinute = (then: () => void): ScheduledTask =>
  schedule('* * * * *', then, { suppressMissedWarning: true })
