import * as z from 'zod'
import { listRestores } from '../engine/catalogue/restores.ts'
import type { Restore } from '../shared/restore-model.ts'
import { exitCodes } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import { tellResult, whereIn, whereOptions } from './restore.ts'
import { showingProgress } from './show-progress.ts'
import { table, type Column } from './table-rules.ts'
import { parseOptions, usage, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

const Options = z.object({
  yes: z.boolean().optional(),
  user: z.string().optional(),
  url: z.string().optional(),
  passwordStdin: z.boolean().optional(),
})

/** `larder undo`: what a restore swapped out takes its place again. */
export const addUndo: Verb = (larder, act) => {
  const undo = larder
    .command('undo')
    .description('put back what a restore replaced; this can itself be undone')
    .argument('<restore>', 'id, from: larder restores')
  whereOptions(undo).action((id: string, options: unknown) =>
    act(async (context) => {
      const { login } = await whereIn(context, parseOptions(Options, options))
      return withSite(context, (engine) =>
        tellResult(context, `Undoing restore ${id}`, (doing) =>
          engine.undo(id, { ...doing, login: login ?? null }),
        ),
      )
    }),
  )
}

/** `larder release`: drops what a restore keeps. */
export const addRelease: Verb = (larder, act) => {
  const release = larder
    .command('release')
    .description('drop the database that a restore keeps; it cannot be undone any more')
    .argument('<restore>', 'id, from: larder restores')
    .option('--yes', 'do it')
  whereOptions(release).action((id: string, options: unknown) =>
    act(async (context) => {
      const { yes, ...where } = parseOptions(Options, options)
      if (!yes) throw usage('That cannot be taken back. Add --yes to drop what the restore keeps.')
      const { login } = await whereIn(context, where)
      return withSite(context, async (engine) => {
        const { result } = engine.findRestore(id)
        await showingProgress(context.io, `Releasing restore ${id}`, (doing) =>
          engine.release(id, { ...doing, login: login ?? null }),
        )
        const released = { id, released: result?.keptAs ?? null }
        answer(context, released, () => `${released.released ?? 'What it kept'} is dropped.`)
        return exitCodes.done
      })
    }),
  )
}

/** `larder restores`: what was restored when, and what can be undone. */
export const addRestores: Verb = (larder, act) => {
  larder
    .command('restores')
    .description('list the restores, newest first')
    .action(() =>
      act((context) =>
        withSite(context, async ({ site }) => {
          const restores = listRestores(site.catalogue, 200)
          answer(context, restores, () =>
            restores.length === 0 ? 'Nothing was restored yet.' : table(columns, restores),
          )
          return exitCodes.done
        }),
      ),
    )
}

const states: Record<Restore['state'], string> = {
  running: 'running',
  kept: 'can be undone',
  done: 'done',
  failed: 'not restored',
  undone: 'undone',
  released: 'released',
}

const columns: readonly Column<Restore>[] = [
  { title: 'WHEN', value: ({ startedAt }) => localMinute(startedAt) },
  { title: 'WHAT', value: ({ kind }) => kind },
  { title: 'DATABASE', value: ({ database }) => database },
  { title: 'STATE', value: ({ state }) => states[state] },
  { title: 'BACKUP', value: ({ backupId }) => backupId ?? '' },
  { title: 'ID', value: ({ id }) => id },
]
