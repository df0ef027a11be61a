import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CancelledError, FaultError } from '../../shared/fault.ts'
import { faultOfToolEnd, type ToolEnd } from '../postgres/pg-rules.ts'
import { startTool, type RunningTool } from '../postgres/run-tool.ts'
import { connectionEnv } from '../postgres/tool-arguments.ts'
import { safeMinor, type ToolSet } from '../postgres/tool-rules.ts'
import { foreignArguments, guardLine, sqlArguments } from './foreign-arguments.ts'
import { archiveProblem } from './foreign-rules.ts'
import { safeSql, type ForeignArchive } from './open-foreign.ts'
import type { Target } from './target.ts'

interface Filling {
  readonly tools: ToolSet
  readonly target: Target
  /** Empty, and of our own making. */
  readonly database: string
  readonly signal: AbortSignal
  readonly timeLimitMs: number
  readonly onChild: (pid: number) => void
}

/** Throws TOOL_UNSAFE when the tool that would read the file has a hole that the file could use. */
export function requireSafeTool({ kind }: ForeignArchive, { version, versionNum }: ToolSet): void {
  const tool = kind === 'sql' ? 'psql' : 'pg_restore'
  const safe = safeMinor(tool, versionNum)
  if (safe !== null) throw new FaultError('TOOL_UNSAFE', { values: { tool: `${tool} ${version}`, safe } })
}

/**
 * Restores a stranger's file into an empty database with a safe tool. Whatever it throws, the database is to be
 * dropped: FOREIGN_UNREADABLE for a damaged file, RESTORE_FAILED with what the tool said, TOOL_UNSAFE before it is
 * started, the fault of the computer or the connection, or CancelledError.
 */
export async function fillFromForeign(archive: ForeignArchive, filling: Filling): Promise<void> {
  requireSafeTool(archive, filling.tools)
  const { kind, path } = archive
  const end = kind === 'sql' ? await runPsql(path, filling) : await runPgRestore({ kind, path }, filling)
  if (end.how === 'cancelled') throw new CancelledError('The restore was cancelled.')
  const found = faultOfToolEnd(end)
  if (found === undefined) return
  const problem = archiveProblem(end.stderr)
  if (problem !== undefined)
    throw new FaultError('FOREIGN_UNREADABLE', { values: { problem }, detail: found.detail })
  const code = isOfTheFile(found.code) ? 'RESTORE_FAILED' : found.code
  throw new FaultError(code, {
    detail: found.detail,
    values: { database: filling.database, ...found.values },
  })
}

/** What the texts of the tools are taken for in a backup; here it is the file that asks for what cannot be. */
const isOfTheFile = (code: string): boolean =>
  ['DUMP_FAILED', 'DB_PERMISSION', 'DB_NOT_FOUND', 'DB_RLS', 'DB_TLS', 'SOURCE_DAMAGED'].includes(code)

const mostJobs = 4

async function runPgRestore(
  { kind, path }: { readonly kind: Exclude<ForeignArchive['kind'], 'sql'>; readonly path: string },
  filling: Filling,
): Promise<ToolEnd> {
  const args = foreignArguments({ kind, path, jobs: Math.min(mostJobs, availableParallelism()) })
  return await start(filling.tools.pgRestore, args, filling).ended
}

/** Everything that psql gets has passed `safeSql` once more, and psql is told to run no command of its own. */
async function runPsql(path: string, filling: Filling): Promise<ToolEnd> {
  const tool = start(filling.tools.psql, sqlArguments, { ...filling, stdin: 'pipe' })
  if (tool.stdin === undefined) throw new Error('psql has no input')
  const text = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(guardLine(randomBytes(16).toString('hex')))
    yield* safeSql(path, filling.signal)
  }
  const problem = await pipeline(Readable.from(text(), { objectMode: false }), tool.stdin).then(
    () => undefined,
    (error: unknown) => error,
  )
  // A file that changed since it was read first. Anything else is that psql stopped reading, and it says why.
  if (problem instanceof FaultError) tool.kill()
  const end = await tool.ended
  if (problem instanceof FaultError) throw problem
  return end
}

function start(
  path: string,
  args: readonly string[],
  {
    target,
    database,
    signal,
    timeLimitMs,
    onChild,
    stdin = 'ignore',
  }: Filling & { readonly stdin?: 'pipe' | 'ignore' },
): RunningTool {
  const env = connectionEnv(target.server, database, target.password)
  const tool = startTool(path, args, { env, signal, timeLimitMs, stdin })
  if (tool.pid !== undefined) onChild(tool.pid)
  tool.stdout.resume()
  return tool
}
