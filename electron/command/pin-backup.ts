import { exitCodes } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import type { Context, Verb } from './verb.ts'
import { withSite } from './with-site.ts'

/** `larder pin-backup <id>`: keeps a backup for good. (`larder pin` is about the technician PIN.) */
export const addPinBackup: Verb = (larder, act) => {
  larder
    .command('pin-backup')
    .description('keep a backup for good: retention never deletes it')
    .argument('<id>', 'from the list, or: latest')
    .action((id: string) => act((context) => pin(context, id, { isPinned: true })))
}

/** `larder unpin-backup <id>`. */
export const addUnpinBackup: Verb = (larder, act) => {
  larder
    .command('unpin-backup')
    .description('let retention decide about a pinned backup again')
    .argument('<id>', 'from the list')
    .action((id: string) => act((context) => pin(context, id, { isPinned: false })))
}

async function pin(context: Context, id: string, { isPinned }: { readonly isPinned: boolean }) {
  return withSite(context, async (engine) => {
    const backup = await engine.pin(id, isPinned)
    answer(context, backup, () => {
      const named = `Backup ${backup.id} of ${backup.database}, taken ${localMinute(backup.takenAt)},`
      return isPinned ? `${named} is pinned: it is never deleted.` : `${named} is not pinned any more.`
    })
    return exitCodes.done
  })
}
