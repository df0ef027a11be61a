import { toFault } from '../../shared/fault.ts'
import { scheduleOf } from '../../shared/schedule-model.ts'
import type { World } from '../world.ts'
import { hangBell, type Bell } from './bell.ts'
import { writeHeartbeat } from './heartbeat.ts'
import { runDue } from './run-due.ts'
import type { Ringing, Run, Scheduled } from './scheduled.ts'
import { offsetsHere, settle } from './settle.ts'
import { nextSlot } from './slot-times-rules.ts'

type Watching = Pick<Ringing, 'during' | 'onRun'>

export interface Scheduler extends Pick<Bell, 'ring' | 'wake'> {
  /** Begins nothing more, ends what is under way as cancelled, and resolves when it has ended. */
  stop(): Promise<void>
}

/** Does what the plan wants, when it wants it, until it is stopped. Several may run, in several processes. */
export function startScheduler(engine: Scheduled, watching: Watching = {}): Scheduler {
  const { world } = engine
  const stopping = new AbortController()
  let working: Promise<void> | undefined

  const work = async (awakeMs: number): Promise<void> => {
    await surely(world, () => engine.refresh())
    await surely(world, () => runDue(engine, { ...watching, awakeMs, signal: stopping.signal }))
  }
  const bell = hangBell({
    ring(awakeMs) {
      // Long work must not keep slots from being noticed, nor anybody from seeing that the scheduler lives.
      void tick(engine)
      working ??= work(awakeMs).finally(() => (working = undefined))
    },
    nextAt: () => nextAt(engine),
    now: () => world.now(),
    log: world.log,
  })
  return {
    ring: () => bell.ring(),
    wake: () => bell.wake(),
    async stop() {
      bell.stop()
      stopping.abort()
      await working
    },
  }
}

/** The same once, for a task of the operating system: does what is due now, without waiting for anything. */
export async function runOnce(
  engine: Scheduled,
  ringing: Watching & Pick<Ringing, 'signal'>,
): Promise<readonly Run[]> {
  await tick(engine)
  return runDue(engine, { ...ringing, awakeMs: Infinity })
}

async function tick(engine: Scheduled): Promise<void> {
  const { world } = engine
  await surely(world, () => writeHeartbeat(world.dataFolder, world.now()))
  if (engine.isSetUp) await surely(world, () => settle(engine.site, world.now()))
}

function nextAt(engine: Scheduled): number | null {
  if (!engine.isSetUp) return null
  const { settings } = engine.site
  return nextSlot(scheduleOf(settings.plan).backup, engine.world.now(), offsetsHere(settings)) ?? null
}

/** The scheduler outlives whatever goes wrong in it: the next bell tries again. */
async function surely({ log }: World, work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    log.error(`the scheduler was disturbed: ${toFault(error).code} ${toFault(error).detail ?? ''}`)
  }
}
