import * as z from 'zod'
import { listBackups } from '../engine/catalogue/backups.ts'
import type { Engine } from '../engine/engine.ts'
import type { Backup, CheckResult, ProofResult } from '../shared/model.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { inWords, isCancelled, toTold, type Told } from './failure.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import { showingProgress } from './show-progress.ts'
import { parseOptions, type Context, type Verb } from './verb.ts'
import { withSite } from './with-site.ts'
import { durationOf } from './words-rules.ts'

const Options = z.object({ proof: z.boolean().optional() })

/**
 * `larder verify <id|latest|all> [--proof]`: reads backups in full and compares them with what was taken, or restores
 * them for a test and compares what comes out.
 */
export const addVerify: Verb = (larder, act) => {
  larder
    .command('verify')
    .description('check that a backup can be read in full and is what was taken')
    .argument('<id>', 'from the list, or: latest, all')
    .option('--proof', 'restore it into a PostgreSQL of its own and compare everything')
    .action((id: string, options: unknown) =>
      act((context) => {
        const check = parseOptions(Options, options).proof ? proof : integrity
        return id === 'all' ? verifyAll(context, check) : verifyOne(context, id, check)
      }),
    )
}

type Result = CheckResult | ProofResult
type Check = (context: Context, engine: Engine, backup: Backup) => Promise<Result>

const integrity: Check = ({ io }, engine, { id, database }) =>
  showingProgress(io, `Checking ${database} ${id}`, (doing) => engine.verify(id, doing))

const proof: Check = ({ io }, engine, { id, database }) =>
  showingProgress(io, `Proving ${database} ${id}`, (doing) => engine.prove(id, doing))

const isGood = ({ verdict }: Result): boolean => verdict === 'intact' || verdict === 'proven'

async function verifyOne(context: Context, id: string, check: Check): Promise<ExitCode> {
  return withSite(context, async (engine) => {
    const backup = engine.find(id)
    const result = await check(context, engine, backup)
    answer(context, result, () => resultInWords(backup, result))
    return isGood(result) ? exitCodes.done : exitCodes.failed
  })
}

type Outcome = Result | { readonly id: string; readonly fault: Told }

/** Every backup of the catalogue, newest first; one that cannot be checked does not keep the others from it. */
async function verifyAll(context: Context, check: Check): Promise<ExitCode> {
  return withSite(context, async (engine) => {
    const outcomes: Outcome[] = []
    const words: string[] = []
    for (const backup of allBackups(engine)) {
      try {
        const result = await check(context, engine, backup)
        outcomes.push(result)
        words.push(resultInWords(backup, result))
      } catch (error) {
        if (isCancelled(error)) throw error
        outcomes.push({ id: backup.id, fault: toTold(error) })
        words.push(`${named(backup)}: ${inWords(toTold(error)).trimEnd()}`)
      }
    }
    answer(context, outcomes, () => (words.length === 0 ? 'There is no backup yet.' : words.join('\n')))
    const good = outcomes.every((outcome) => 'verdict' in outcome && isGood(outcome))
    return good ? exitCodes.done : exitCodes.failed
  })
}

const pageSize = 200

function* allBackups({ site: { catalogue } }: Engine): Generator<Backup> {
  let page = listBackups(catalogue, { limit: pageSize })
  while (page.length > 0) {
    yield* page
    page = listBackups(catalogue, { limit: pageSize, before: page.at(-1) })
  }
}

const named = ({ database, takenAt, id }: Backup): string => `${localMinute(takenAt)}  ${database}  ${id}`

function resultInWords(backup: Backup, result: Result): string {
  const { verdict, differences, durationMs } = result
  const notes = 'notes' in result ? result.notes.map((note) => `  ${note}`) : []
  const reasons = differences.map(
    ({ object, expected, found }) => `  ${object}: expected ${expected}, found ${found}`,
  )
  return [`${named(backup)}: ${verdict}, checked in ${durationOf(durationMs)}`, ...reasons, ...notes].join(
    '\n',
  )
}
