import { pause, resume, type PauseLength } from '../engine/schedule/pause.ts'
import { toInstant } from '../shared/calendar.ts'
import { exitCodes } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import { usage, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

/** `larder pause [1h|30min|tomorrow]`: holds the schedule back for a while. */
export const addPause: Verb = (larder, act) => {
  larder
    .command('pause')
    .description('hold scheduled backups back for a while; what falls due is made up for afterwards')
    .argument('[length]', '30min, 1h … 24h, or: tomorrow', '1h')
    .action((words: string) =>
      act((context) =>
        withSite(context, async (engine) => {
          const until = toInstant(pause(engine.site, lengthOf(words)))
          answer(context, { pausedUntil: until }, () => `Backups are paused until ${localMinute(until)}.`)
          return exitCodes.done
        }),
      ),
    )
}

/** `larder resume`: ends a pause. */
export const addResume: Verb = (larder, act) => {
  larder
    .command('resume')
    .description('end a pause')
    .action(() =>
      act((context) =>
        withSite(context, async (engine) => {
          resume(engine.site)
          const { nextSlotAt } = engine.status()
          answer(context, { pausedUntil: null, nextSlotAt }, () => 'Backups go on as planned.')
          return exitCodes.done
        }),
      ),
    )
}

const minuteMs = 60_000
const longestMs = 24 * 60 * minuteMs

function lengthOf(words: string): PauseLength {
  if (words === 'tomorrow') return 'tomorrow'
  const [, count, unit] = /^(\d{1,4})(h|m|min)$/.exec(words) ?? []
  const ms = Number(count) * (unit === 'h' ? 60 : 1) * minuteMs
  if (ms > 0 && ms <= longestMs) return { ms }
  throw usage(`“${words}” is no length of a pause: give 30min, 1h up to 24h, or tomorrow.`)
}
