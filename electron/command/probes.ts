import type { Command } from 'commander'
import * as z from 'zod'
import type { Engine } from '../engine/engine.ts'
import { expectationInWords, parseExpectation } from '../engine/verify/probe-rules.ts'
import { Probe } from '../shared/model.ts'
import { exitCodes } from './exit-codes.ts'
import { answer } from './output.ts'
import { parseOptions, usage, type Act, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'

const database = z.string().min(1, '--database names no database.').optional()
const Propose = z.object({ database, take: z.string().optional() })
const Add = z.object({
  database,
  name: Probe.shape.name,
  sql: Probe.shape.sql,
  expect: z.string(),
  untried: z.boolean().optional(),
})
const Some = z.object({ database })

/** `larder probes propose|add|list|remove|try`: questions that every proof asks of the restored data. */
export const addProbes: Verb = (larder, act) => {
  const probes = larder
    .command('probes')
    .description('questions that every proof asks of the restored data, and what the answers must be')
  addPropose(probes, act)
  addAdd(probes, act)
  verb(probes, 'list', 'list the probes of the plan').action((options: unknown) =>
    act((context) => list(context, parseOptions(Some, options))),
  )
  verb(probes, 'remove', 'take a probe out of the plan')
    .argument('<name>', 'from the list')
    .action((name: string, options: unknown) =>
      act((context) => remove(context, name, parseOptions(Some, options))),
    )
  verb(probes, 'try', 'ask the probes of the live database, without changing it').action((options: unknown) =>
    act((context) => tryAll(context, parseOptions(Some, options))),
  )
}

const verb = (probes: Command, name: string, description: string): Command =>
  probes
    .command(name)
    .description(description)
    .option('--database <name>', 'of this database (default: the only one of the plan)')

const addPropose = (probes: Command, act: Act): Command =>
  verb(probes, 'propose', 'propose probes from the columns of the live database, best first')
    .option('--take <which>', 'put them into the plan: all, or numbers such as 1,3')
    .action((options: unknown) => act((context) => propose(context, parseOptions(Propose, options))))

const addAdd = (probes: Command, act: Act): Command =>
  verb(probes, 'add', 'add a probe that holds in the live database')
    .requiredOption('--name <name>', 'how proofs call it')
    .requiredOption('--sql <query>', 'one query for one value')
    .requiredOption('--expect <what>', 'such as "> 0" or "= open"')
    .option('--untried', 'add it without asking the live database')
    .action((options: unknown) => act((context) => add(context, parseOptions(Add, options))))

async function propose(context: Context, { database: named, take }: z.output<typeof Propose>) {
  return withSite(context, async (engine) => {
    const proposed = await engine.proposeProbes(theDatabase(engine, named))
    const taken = take === undefined ? [] : chosen(proposed, take)
    if (taken.length > 0) await engine.changeProbes(merged(inPlan(engine), taken))
    const words =
      taken.length > 0 ? `Taken into the plan: ${taken.length}.` : 'To take some: --take all, or --take 1,3'
    answer(context, take === undefined ? proposed : taken, () =>
      proposed.length === 0
        ? 'Nothing to propose: no table tells enough.'
        : `${inWords(proposed)}\n\n${words}`,
    )
    return exitCodes.done
  })
}

async function add(context: Context, { expect, untried, database: named, ...rest }: z.output<typeof Add>) {
  const expected = parseExpectation(expect)
  if (expected === undefined) throw usage('--expect wants =, <>, <, <=, > or >= and a value, such as "> 0".')
  return withSite(context, async (engine) => {
    const probe = { ...rest, database: theDatabase(engine, named), expect: expected }
    if (!untried) await requireHolding(engine, probe)
    await engine.changeProbes([...inPlan(engine), probe])
    answer(context, probe, () => `Every proof of ${probe.database} asks “${probe.name}” from now on.`)
    return exitCodes.done
  })
}

/** A mistyped probe would make the next proof red, at night and for nothing. */
async function requireHolding(engine: Engine, probe: Probe): Promise<void> {
  const [difference] = (await engine.tryProbes(probe.database, [probe])).differences
  if (difference === undefined) return
  throw usage(`The probe does not hold now: expected ${difference.expected}, found ${difference.found}.`)
}

async function list(context: Context, { database: named }: z.output<typeof Some>) {
  return withSite(context, async (engine) => {
    const probes = inPlan(engine).filter((one) => named === undefined || one.database === named)
    answer(context, probes, () =>
      probes.length === 0 ? 'The plan has no probes. Next: larder probes propose' : inWords(probes),
    )
    return exitCodes.done
  })
}

async function remove(context: Context, name: string, { database: named }: z.output<typeof Some>) {
  return withSite(context, async (engine) => {
    const isMeant = (one: Probe): boolean =>
      one.name === name && (named === undefined || one.database === named)
    const probes = inPlan(engine)
    const removed = probes.filter(isMeant)
    if (removed.length === 0) throw usage(`The plan has no probe named “${name}”.`)
    if (removed.length > 1)
      throw usage(`Several databases have a probe of that name: say which with --database.`)
    await engine.changeProbes(probes.filter((one) => !isMeant(one)))
    answer(context, removed[0], () => `No proof asks “${name}” any more.`)
    return exitCodes.done
  })
}

async function tryAll(context: Context, { database: named }: z.output<typeof Some>) {
  return withSite(context, async (engine) => {
    const tried = await engine.tryProbes(theDatabase(engine, named))
    const { differences, notes } = tried
    const failed = differences.map(
      ({ object, expected, found }) => `${object}: expected ${expected}, found ${found}`,
    )
    answer(
      context,
      tried,
      () => [...failed, ...notes].join('\n') || 'The plan has no probes for this database.',
    )
    return failed.length === 0 ? exitCodes.done : exitCodes.failed
  })
}

const inPlan = ({ site }: Engine): readonly Probe[] => site.settings.plan.probes ?? []

function theDatabase({ site: { settings } }: Engine, named: string | undefined): string {
  const { databases } = settings.plan
  const only = databases !== 'all' && databases.length === 1 ? databases[0] : undefined
  const meant = named ?? only
  if (meant === undefined) throw usage('The plan covers several databases: say which with --database.')
  if (databases !== 'all' && !databases.includes(meant)) throw usage(`The plan does not cover “${meant}”.`)
  return meant
}

function chosen(proposed: readonly Probe[], take: string): readonly Probe[] {
  if (take === 'all') return proposed
  return take.split(',').map((text) => {
    const one = /^\s*\d+\s*$/.test(text) ? proposed[Number(text) - 1] : undefined
    if (one === undefined) throw usage(`There is no proposal ${text.trim()}: there are ${proposed.length}.`)
    return one
  })
}

/** What is proposed again takes the place of what it was. */
const merged = (before: readonly Probe[], taken: readonly Probe[]): Probe[] => [
  ...before.filter(
    (one) => !taken.some(({ database: of, name }) => of === one.database && name === one.name),
  ),
  ...new Set(taken),
]

const inWords = (probes: readonly Probe[]): string =>
  probes
    .map(({ database: of, name, sql, expect }, at) =>
      [
        `${String(at + 1).padStart(2)}  ${name}  ${expectationInWords(expect)}`,
        `    in ${of}`,
        ...indented(sql),
      ].join('\n'),
    )
    .join('\n')

const indented = (sql: string): string[] => sql.split('\n').map((line) => `    ${line}`)
