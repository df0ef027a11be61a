import { hostname } from 'node:os'
import { resolve, sep } from 'node:path'
import * as z from 'zod'
import type { Engine } from '../engine/engine.ts'
import { readConnectionText } from '../engine/postgres/connection-text.ts'
import type { SetUpRequest } from '../shared/ipc.ts'
import { PlanKind, type Settings } from '../shared/model.ts'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import { answer } from './output.ts'
import { readPassword } from './read-password.ts'
import { setUpWithKeyFile } from './recovery-key-out.ts'
import { facts } from './table-rules.ts'
import { parseOptions, usage, type Context, type Verb } from './verb.ts'
import { withEngine } from './with-site.ts'

const Options = z.object({
  url: z.string(),
  folder: z.string().min(1, 'The folder for the backups has no name.'),
  name: z
    .string()
    .trim()
    .min(1, 'The site needs a name.')
    .max(100, 'The name of the site is too long.')
    .optional(),
  plan: PlanKind,
  databases: z.string().optional(),
  allDatabases: z.boolean().optional(),
  encrypt: z.boolean(),
  recoveryKeyOut: z.string().min(1, 'The recovery key file has no name.'),
  passwordStdin: z.boolean().optional(),
})
type Options = z.output<typeof Options>

/** `larder setup`: tries everything, writes the recovery key file, then the settings. */
export const addSetup: Verb = (larder, act) => {
  larder
    .command('setup')
    .description('set Larder up: tries the login, makes the keys, writes the settings')
    .requiredOption('--url <url>', 'postgresql://user@host:port/database, without the password')
    .requiredOption('--folder <folder>', 'where the backups go')
    .option('--name <site>', "this restaurant's name (default: the name of this computer)")
    .option('--plan <kind>', 'production: daily and every 6 h; staging: weekly', 'production')
    .option('--databases <names>', 'what to back up, parted by commas (default: the one in the URL)')
    .option('--all-databases', 'back up whatever databases the server has')
    .option('--no-encrypt', 'write backups that anybody can read')
    .option('--recovery-key-out <file>', 'where the recovery key goes', 'larder-recovery-key.txt')
    .option('--password-stdin', 'read the password from standard input (default: PGPASSWORD)')
    .action((options: unknown) => act((context) => setUp(context, parseOptions(Options, options))))
}

async function setUp(context: Context, options: Options) {
  const request = await makeRequest(options, context.io)
  const keyFile = resolve(options.recoveryKeyOut)
  return withEngine(context, async (engine) => {
    await setUpWithKeyFile(engine, request, keyFile)
    const done = describe(engine, request.encrypt ? keyFile : null)
    answer(context, done, () => inWords(done))
    return exitCodes.done
  })
}

async function makeRequest(options: Options, io: Io): Promise<SetUpRequest> {
  const { server, password } = readConnectionText(options.url)
  if (password !== undefined)
    throw usage(
      'A password in --url can be seen by everybody on this computer: change it. Leave it out of the URL and give it by PGPASSWORD or --password-stdin.',
    )
  return {
    siteName: options.name ?? hostname(),
    server,
    password: await readPassword(options, io),
    plan: options.plan,
    databases: databasesFrom(options, server.database),
    folder: resolve(options.folder),
    encrypt: options.encrypt,
  }
}

function databasesFrom({ databases, allDatabases }: Options, inUrl: string): SetUpRequest['databases'] {
  if (databases !== undefined && allDatabases) throw usage('Give --databases or --all-databases, not both.')
  if (allDatabases) return 'all'
  if (databases === undefined) return [inUrl]
  const names = databases.split(',').filter((name) => name !== '')
  if (names.length === 0) throw usage('--databases names no database.')
  return [...new Set(names)]
}

interface Done {
  readonly site: string
  readonly server: string
  readonly databases: Settings['plan']['databases']
  readonly plan: Settings['plan']['kind']
  readonly folder: string
  readonly dataFolder: string
  readonly recoveryKeyFile: string | null
  readonly warnings: readonly string[]
}

function describe({ site: { settings, world } }: Engine, recoveryKeyFile: string | null): Done {
  const { host, port, user } = settings.server
  const { dataFolder } = world
  const beside = [settings.folder, dataFolder].some((folder) => recoveryKeyFile?.startsWith(folder + sep))
  return {
    site: settings.site.name,
    server: `${user} at ${host}, port ${port}`,
    databases: settings.plan.databases,
    plan: settings.plan.kind,
    folder: settings.folder,
    dataFolder,
    recoveryKeyFile,
    warnings: beside ? ['The recovery key lies beside what it opens. Take it away from this PC.'] : [],
  }
}

function inWords(done: Done): string {
  const { site, server, databases, plan, folder, dataFolder, recoveryKeyFile, warnings } = done
  return [
    `Larder is set up for ${site}.`,
    facts([
      ['Server', server],
      ['Databases', databases === 'all' ? 'all of the server' : databases.join(', ')],
      ['Plan', plan],
      ['Backups', folder],
      ['Settings', dataFolder],
      ['Recovery key', recoveryKeyFile ?? 'none: the backups are not encrypted'],
    ]),
    ...warnings,
    ...(recoveryKeyFile === null
      ? ['Anybody who gets a backup can read it. Next: larder backup']
      : [
          'Print the recovery key or copy it to a USB stick, keep it away from this PC, then delete the file.',
          'Once this PC is gone, nobody can open the backups without it.',
          'Next: larder backup, and larder confirm-key <the last 8 characters of the key>',
        ]),
  ].join('\n')
}
