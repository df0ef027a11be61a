import * as z from 'zod'
import { listBackups } from '../engine/catalogue/backups.ts'
import type { Backup } from '../shared/model.ts'
import { exitCodes } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import { table, type Column } from './table-rules.ts'
import { parseOptions, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'
import { durationOf, number, sizeOf } from './words-rules.ts'

const Options = z.object({
  database: z.string().optional(),
  limit: z.coerce
    .number('--limit wants a number.')
    .int('--limit wants a whole number.')
    .min(1, '--limit starts at 1.')
    .max(100_000, '--limit ends at 100000.'),
})
type Options = z.output<typeof Options>

/** `larder list`: the backups in the catalogue, newest first. */
export const addList: Verb = (larder, act) => {
  larder
    .command('list')
    .description('list the backups, newest first')
    .option('--database <name>', 'of this database only')
    .option('--limit <count>', 'how many', '50')
    .action((options: unknown) => act((context) => list(context, parseOptions(Options, options))))
}

async function list(context: Context, { database, limit }: Options) {
  return withSite(context, async ({ site }) => {
    const backups = listBackups(site.catalogue, { database, limit })
    answer(context, backups, () =>
      backups.length === 0 ? 'There is no backup yet.' : table(columns, backups),
    )
    return exitCodes.done
  })
}

const columns: readonly Column<Backup>[] = [
  { title: 'TAKEN', value: ({ takenAt }) => localMinute(takenAt) },
  { title: 'DATABASE', value: ({ database }) => database },
  { title: 'STATE', value: ({ state, pinned }) => (pinned ? `${state}, pinned` : state) },
  { title: 'SIZE', value: ({ bytes }) => sizeOf(bytes), align: 'right' },
  { title: 'ROWS', value: ({ rows }) => number(rows), align: 'right' },
  { title: 'TOOK', value: ({ durationMs }) => durationOf(durationMs), align: 'right' },
  { title: 'ID', value: ({ id }) => id },
]
