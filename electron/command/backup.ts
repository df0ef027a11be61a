import { resolve } from 'node:path'
import * as z from 'zod'
import type { Engine } from '../engine/engine.ts'
import type { Backup } from '../shared/model.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { inWords, isCancelled, toTold, type Told } from './failure.ts'
import { answer } from './output.ts'
import { showingProgress } from './show-progress.ts'
import { facts } from './table-rules.ts'
import { parseOptions, usage, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'
import { counted, durationOf, sizeOf } from './words-rules.ts'

const Options = z.object({
  all: z.boolean().optional(),
  database: z.string().optional(),
  plain: z.string().min(1, 'The file for the SQL text has no name.').optional(),
})
type Options = z.output<typeof Options>

/** `larder backup`: one backup now, of one database or of all; or an export as SQL text. */
export const addBackup: Verb = (larder, act) => {
  larder
    .command('backup')
    .description('take a backup now')
    .option('--all', 'of every database of the plan')
    .option('--database <name>', 'of this one')
    .option('--plain <file.sql>', 'write readable SQL to a new file instead: no backup, not encrypted')
    .action((options: unknown) => act((context) => backup(context, parseOptions(Options, options))))
}

async function backup(context: Context, options: Options): Promise<ExitCode> {
  if (options.all && options.database !== undefined) throw usage('Give --all or --database, not both.')
  if (options.all && options.plain !== undefined)
    throw usage('--plain writes one database: name it with --database.')
  return withSite(context, async (engine) => {
    const planned = await engine.databases()
    if (options.all) return backUpAll(context, engine, planned)
    const database = chosen(planned, options.database)
    return options.plain === undefined
      ? backUpOne(context, engine, database)
      : exportPlain(context, engine, database, resolve(options.plain))
  })
}

function chosen(planned: readonly string[], named: string | undefined): string {
  if (named !== undefined) {
    if (planned.includes(named)) return named
    throw usage(`The plan does not cover “${named}”, but ${listed(planned)}.`)
  }
  const [only, ...others] = planned
  if (only !== undefined && others.length === 0) return only
  throw usage(`The plan covers ${listed(planned)}. Give --database <name> or --all.`)
}

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'no database' : names.map((name) => `“${name}”`).join(', ')

async function backUpOne(context: Context, engine: Engine, database: string): Promise<ExitCode> {
  const taken = await take(context, engine, database)
  answer(context, taken, () => takenInWords(taken))
  return exitCodes.done
}

const take = (context: Context, engine: Engine, database: string): Promise<Backup> =>
  showingProgress(context.io, `Backing up ${database}`, (doing) => engine.backUp(database, doing))

type Outcome = Backup | { readonly database: string; readonly fault: Told }

/** One that fails does not keep the others from being taken; a signal ends them all. */
async function backUpAll(context: Context, engine: Engine, planned: readonly string[]): Promise<ExitCode> {
  const outcomes: Outcome[] = []
  for (const database of planned) {
    try {
      outcomes.push(await take(context, engine, database))
    } catch (error) {
      if (isCancelled(error)) throw error
      outcomes.push({ database, fault: toTold(error) })
    }
  }
  answer(context, outcomes, () => outcomes.map(outcomeInWords).join('\n'))
  return outcomes.some((outcome) => 'fault' in outcome) ? exitCodes.failed : exitCodes.done
}

async function exportPlain(
  context: Context,
  engine: Engine,
  database: string,
  file: string,
): Promise<ExitCode> {
  const { bytes } = await showingProgress(context.io, `Exporting ${database}`, (doing) =>
    engine.exportPlain(database, file, doing),
  )
  answer(context, { database, file, bytes }, () =>
    [
      `${database} is written as SQL: ${file}, ${sizeOf(bytes)}.`,
      'It is not encrypted and not listed as a backup: take care of it.',
    ].join('\n'),
  )
  return exitCodes.done
}

const outcomeInWords = (outcome: Outcome): string =>
  'fault' in outcome ? `${outcome.database}: ${inWords(outcome.fault).trimEnd()}` : takenInWords(outcome)

function takenInWords({ database, state, tables, rows, bytes, durationMs, file, id }: Backup): string {
  return [
    `${database} is backed up: ${state}.`,
    facts([
      ['Holds', `${counted(tables, 'table')}, ${counted(rows, 'row')}`],
      ['Size', sizeOf(bytes)],
      ['Took', durationOf(durationMs)],
      ['Id', id],
      ['File', file],
    ]),
  ].join('\n')
}
