import * as z from 'zod'
import type { Pruned } from '../engine/retention/prune.ts'
import type { PrunePlan } from '../shared/retention-model.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import { table, type Column } from './table-rules.ts'
import { parseOptions, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'
import { counted, sizeOf } from './words-rules.ts'

const Options = z.object({ dryRun: z.boolean().optional() })

/** `larder prune [--dry-run]`: deletes the backups that the plan does not keep, with the reason for each. */
export const addPrune: Verb = (larder, act) => {
  larder
    .command('prune')
    .description('delete the backups that the plan does not keep, and say why for each')
    .option('--dry-run', 'only say what would be deleted')
    .action((options: unknown) =>
      act((context) => (parseOptions(Options, options).dryRun ? preview(context) : prune(context))),
    )
}

async function preview(context: Context): Promise<ExitCode> {
  return withSite(context, async (engine) => {
    const plan = await engine.previewPrune()
    answer(context, { ...plan, deleted: [], left: [], freedBytes: 0 }, () => inWords(plan, { isDone: false }))
    return exitCodes.done
  })
}

async function prune(context: Context): Promise<ExitCode> {
  return withSite(context, async (engine) => {
    const { plan, ...outcome } = await engine.prune()
    answer(context, { ...plan, ...outcome }, () =>
      [inWords(plan, { isDone: true }), '', outcomeInWords(outcome)].join('\n'),
    )
    return outcome.left.length === 0 ? exitCodes.done : exitCodes.failed
  })
}

type DatabasePlan = PrunePlan['databases'][number]
type Planned = DatabasePlan['backups'][number]

function inWords({ databases }: PrunePlan, { isDone }: { readonly isDone: boolean }): string {
  if (databases.length === 0) return 'There is no backup yet.'
  return databases.map((one) => databaseInWords(one, isDone ? 'delete' : 'would delete')).join('\n\n')
}

function databaseInWords({ database, freeze, backups }: DatabasePlan, word: string): string {
  const columns: readonly Column<Planned>[] = [
    { title: 'TAKEN', value: ({ takenAt }) => localMinute(takenAt) },
    { title: 'ID', value: ({ id }) => id },
    { title: 'SIZE', value: ({ bytes }) => sizeOf(bytes), align: 'right' },
    { title: 'WHAT', value: ({ verdict }) => (verdict.action === 'keep' ? 'keep' : word) },
    { title: 'WHY', value: ({ text }) => text },
  ]
  return [`${database}:${freeze === null ? '' : ` ${freeze.text}`}`, table(columns, backups)].join('\n')
}

function outcomeInWords({ deleted, left, freedBytes }: Omit<Pruned, 'plan'>): string {
  const done = `${counted(deleted.length, 'backup')} deleted, ${sizeOf(freedBytes)} freed.`
  const held = left.map(({ id, fault }) => `${id} is still there: ${fault.detail ?? fault.text}`)
  return [done, ...held].join('\n')
}
