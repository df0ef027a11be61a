import { once } from 'node:events'
import * as z from 'zod'
import type { Engine } from '../engine/engine.ts'
import { startWatch } from '../engine/monitor/watch.ts'
import type { Run, Step } from '../engine/schedule/scheduled.ts'
import { runOnce, startScheduler } from '../engine/schedule/scheduler.ts'
import { toInstant } from '../shared/calendar.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer, printable } from './output.ts'
import { parseOptions, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

const Options = z.object({ due: z.boolean().optional() })

/** `larder run [--due]`: the scheduler without a window, until a signal ends it; or once, for a task of the system. */
export const addRun: Verb = (larder, act) => {
  larder
    .command('run')
    .description('do what the plan wants when it wants it, until stopped')
    .option('--due', 'do what is due now and end, for a task of the operating system')
    .action((options: unknown) =>
      act((context) =>
        withSite(context, (engine) =>
          parseOptions(Options, options).due ? runWhatIsDue(context, engine) : runOn(context, engine),
        ),
      ),
    )
}

async function runWhatIsDue(context: Context, engine: Engine): Promise<ExitCode> {
  const { signal } = context.io
  const watch = startWatch(engine)
  const runs = await runOnce(engine, { signal })
  await watch.stop()
  const { nextSlotAt } = engine.status()
  const next = nextSlotAt === null ? '' : ` The next backup is due at ${localMinute(nextSlotAt)}.`
  answer(context, { runs: runs.map(toJson), nextSlotAt }, () =>
    runs.length === 0 ? `Nothing is due.${next}` : runs.map(inWords).join('\n'),
  )
  if (signal.aborted) return exitCodes.cancelled
  return runs.every(isGood) ? exitCodes.done : exitCodes.failed
}

async function runOn(context: Context, engine: Engine): Promise<ExitCode> {
  const { io, json } = context
  const counted = { runs: 0, failed: 0 }
  const watch = startWatch(engine)
  const scheduler = startScheduler(engine, {
    onRun: (run) => {
      watch.look()
      counted.runs += 1
      counted.failed += isGood(run) ? 0 : 1
      const line = printable(`${inWords(run)}\n`)
      if (json) io.note(line)
      else io.out(line)
    },
  })
  if (!io.signal.aborted) await once(io.signal, 'abort')
  await scheduler.stop()
  await watch.stop()
  if (json) answer(context, counted, () => '')
  return exitCodes.done
}

/** A run that was put off for other work did nothing wrong. */
const isGood = ({ outcome, reason, steps }: Run): boolean =>
  (outcome === 'covered' || reason !== 'failed') && steps.every(isGoodStep)

const isGoodStep = ({ fault, found }: Step): boolean =>
  fault === undefined && found !== 'corrupt' && found !== 'missing' && found !== 'different'

const toJson = ({ at, ...run }: Run) => ({ ...run, at: toInstant(at) })

/** One line per run: `2026-11-03 03:30  backup  covered: till intact`. */
function inWords({ task, at, outcome, reason, steps }: Run): string {
  const words = steps.map(({ database, found, fault }) => `${database} ${fault?.code ?? found ?? ''}`)
  const what = words.length > 0 ? words.join(', ') : (reason ?? 'nothing was left to do')
  return `${localMinute(toInstant(at))}  ${task}  ${outcome}: ${what}`
}
