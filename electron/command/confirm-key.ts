import { exitCodes } from './exit-codes.ts'
import { answer } from './output.ts'
import { usage, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

/** `larder confirm-key <ending>`: shows that somebody holds the recovery key. */
export const addConfirmKey: Verb = (larder, act) => {
  larder
    .command('confirm-key')
    .description('show that somebody holds the recovery key')
    .argument('<ending>', 'the last 8 characters of the key, from the sheet or the stick')
    .action((ending: string) => act((context) => confirmKey(context, ending)))
}

async function confirmKey(context: Context, ending: string) {
  return withSite(context, async (engine) => {
    if (engine.site.settings.keys.recoveryRecipient === null)
      throw usage('The backups are not encrypted, so there is no recovery key.')
    await engine.confirmRecoveryKey(ending)
    const confirmedAt = engine.site.settings.keys.recoveryConfirmedAt
    answer(context, { confirmedAt }, () => 'Right: somebody holds the recovery key.')
    return exitCodes.done
  })
}
