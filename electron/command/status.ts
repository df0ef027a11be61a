import type { Status } from '../shared/model.ts'
import { exitCodes } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import type { Context, Verb } from './verb.ts'
import { withSite } from './with-site.ts'

/** `larder status`: the site's one verdict, and an exit code for monitors. */
export const addStatus: Verb = (larder, act) => {
  larder
    .command('status')
    .description('is this site protected? Exit code 4 unless it is')
    .action(() => act(status))
}

async function status(context: Context) {
  return withSite(context, async (engine) => {
    const found = engine.status()
    answer(context, found, () => inWords(found))
    return found.health === 'protected' ? exitCodes.done : exitCodes.notProtected
  })
}

function inWords({ health, sentence, nextSlotAt, alerts }: Status): string {
  return [
    `${verdicts[health]}: ${sentence}`,
    ...(nextSlotAt === null ? [] : [`  next backup ${localMinute(nextSlotAt)}`]),
    ...alerts.map(({ text, since }) => `  since ${localMinute(since)}  ${text}`),
  ].join('\n')
}

const verdicts: Record<Status['health'], string> = {
  protected: 'Protected',
  attention: 'Attention',
  'at-risk': 'At risk',
  working: 'Working',
  paused: 'Paused',
}
