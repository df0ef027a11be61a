import * as z from 'zod'
import { Secret } from '../engine/secret.ts'
import { exitCodes } from './exit-codes.ts'
import { answer } from './output.ts'
import { readPassword } from './read-password.ts'
import { parseOptions, usage, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

const Options = z.object({ passwordStdin: z.boolean().optional() })

/** `larder password`: keeps another database password, once the server has taken it. */
export const addPassword: Verb = (larder, act) => {
  larder
    .command('password')
    .description('keep another database password, from PGPASSWORD or standard input')
    .option('--password-stdin', 'read the password from standard input (default: PGPASSWORD)')
    .action((options: unknown) => act((context) => changePassword(context, parseOptions(Options, options))))
}

async function changePassword(context: Context, options: z.output<typeof Options>) {
  const password = await readPassword(options, context.io)
  if (password === '') throw usage('Give the password by PGPASSWORD or --password-stdin.')
  return withSite(context, async (engine) => {
    await engine.changePassword(new Secret(password))
    answer(context, { changed: true }, () => 'The server takes this password, and Larder keeps it.')
    return exitCodes.done
  })
}
