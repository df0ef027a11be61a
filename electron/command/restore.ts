import { resolve } from 'node:path'
import type { Command } from 'commander'
import * as z from 'zod'
import type { Doing, Engine } from '../engine/engine.ts'
import { readConnectionText } from '../engine/postgres/connection-text.ts'

import type { Login, RestoreRequest } from '../engine/restore/restore-jobs.ts'
import { Secret } from '../engine/secret.ts'
import type { Backup } from '../shared/model.ts'
import { splitCommand } from '../shared/command-line-rules.ts'
import type { AfterCommand, RestoreResult, RoleChoice } from '../shared/restore-model.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { answer } from './output.ts'
import { readPassword } from './read-password.ts'
import { lookInWords, restoredInWords } from './restore-words.ts'
import { showingProgress } from './show-progress.ts'
import { parseOptions, usage, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

const Options = z.object({
  replace: z.boolean().optional(),
  into: z.string().min(1, 'The new database has no name.').optional(),
  file: z.string().min(1, 'The file has no name.').optional(),
  yes: z.boolean().optional(),
  after: z.string().optional(),
  afterFolder: z.string().optional(),
  owner: z.boolean(),
  mapRole: z.array(z.string()).optional(),
  withoutSafetyBackup: z.boolean().optional(),
  user: z.string().optional(),
  url: z.string().optional(),
  passwordStdin: z.boolean().optional(),
})
type Options = z.output<typeof Options>

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value]

/** `larder restore`: a backup in the place of the live database or into a new one; or a file of somebody else's. */
export const addRestore: Verb = (larder, act) => {
  const restore = larder
    .command('restore')
    .description('restore a backup beside the live database, compare it, and change places')
    .argument('[id]', 'from the list, or: latest')
    .option('--replace', 'in the place of the live database, which is kept and can be brought back')
    .option('--into <database>', 'into a new database')
    .option('--file <archive>', 'restore a file that Larder did not make; only with --into')
    .option('--yes', 'do it: without, --replace shows what would be lost and changes nothing')
    .option('--after <command>', 'run this program last, with the connection in its environment')
    .option('--after-folder <folder>', 'run it there')
    .option('--no-owner', 'everything belongs to the login, and nobody else has rights')
    .option('--map-role <missing=present>', 'give what belongs to a missing role to another', collect)
    .option('--without-safety-backup', 'go on when the live database cannot be backed up any more')
  whereOptions(restore).action((id: string | undefined, options: unknown) =>
    act(async (context) => run(context, id, parseOptions(Options, options))),
  )
}

/** Who works on which server, when it is not the login of the backups. */
export const whereOptions = (verb: Command): Command =>
  verb
    .option('--user <name>', 'work as this user, such as an administrator')
    .option('--url <postgres url>', 'on another server; its user works there')
    .option('--password-stdin', "read that user's password from standard input (or PGPASSWORD)")

async function run(context: Context, id: string | undefined, options: Options): Promise<ExitCode> {
  const { file, into, replace, yes } = options
  if (file !== undefined) return runFile(context, id, { ...options, file })
  if (id === undefined) throw usage('Say which backup: its id, or latest.')
  if (replace === (into !== undefined)) throw usage('Give --replace or --into <database>, one of them.')
  const request: RestoreRequest = {
    into: into ?? null,
    roles: rolesIn(options),
    after: afterIn(options),
    withoutSafety: options.withoutSafetyBackup ?? false,
    ...(await whereIn(context, options)),
  }
  return withSite(context, async (engine) => {
    const backup = engine.find(id)
    if (into === undefined && !yes) return showCost(context, engine, backup, request)
    return tellResult(context, `Restoring ${backup.database} ${backup.id}`, (doing) =>
      engine.restore(backup.id, request, doing),
    )
  })
}

async function runFile(
  context: Context,
  id: string | undefined,
  options: Options & { readonly file: string },
): Promise<ExitCode> {
  const { file, into, yes = false } = options
  if (id !== undefined || into === undefined) throw usage('A file is restored with --into <database> only.')
  const where = await whereIn(context, options)
  return withSite(context, (engine) =>
    tellResult(context, `Restoring ${file}`, (doing) =>
      engine.restoreFile({ file: resolve(file), into, confirmed: yes, ...where }, doing),
    ),
  )
}

/** Runs a restore or an undo and tells what came of it. */
export async function tellResult(
  context: Context,
  what: string,
  work: (doing: Doing) => Promise<RestoreResult>,
): Promise<ExitCode> {
  const result = await showingProgress(context.io, what, work)
  answer(context, result, () => restoredInWords(result))
  return result.verdict === 'not-restored' ? exitCodes.failed : exitCodes.done
}

async function showCost(context: Context, engine: Engine, backup: Backup, request: RestoreRequest) {
  const cost = await engine.lookAtRestore(backup.id, request)
  answer(context, cost, () => lookInWords(cost))
  return exitCodes.usage
}

/** Password and user for this one run; nothing of it is kept. */
export async function whereIn(
  { io }: Context,
  options: Pick<Options, 'user' | 'url' | 'passwordStdin'>,
): Promise<Pick<RestoreRequest, 'server' | 'login'>> {
  const { user, url } = options
  if (user === undefined && url === undefined) return {}
  const typed = new Secret(await readPassword(options, io))
  if (url === undefined) return { login: { user: user ?? '', password: typed } }
  const { server, password } = readConnectionText(url)
  const login: Login = { user: user ?? server.user, password: password ?? typed }
  return { server, login }
}

function rolesIn({ owner, mapRole }: Options): RoleChoice {
  if (!owner) return { kind: 'no-owner' }
  if (mapRole === undefined) return { kind: 'create' }
  const pairs = mapRole.map((pair) => {
    const [missing = '', present = ''] = pair.split('=', 2)
    if (missing === '' || present === '') throw usage('--map-role wants missing=present.')
    return [missing, present] as const
  })
  return { kind: 'map', to: Object.fromEntries(pairs) }
}

function afterIn({ after, afterFolder }: Options): AfterCommand | null {
  if (after === undefined) return null
  const argv = splitCommand(after)
  if (argv === null) throw usage('--after holds no command, or a quote in it is not closed.')
  return { argv: [...argv], ...(afterFolder === undefined ? {} : { folder: resolve(afterFolder) }) }
}
