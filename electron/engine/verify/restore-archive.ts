import { availableParallelism } from 'node:os'
import type { Server } from '../../shared/model.ts'
import type { Account } from '../postgres/account.ts'
import { faultOfToolText } from '../postgres/pg-rules.ts'
import { requireSuccess, startTool } from '../postgres/run-tool.ts'
import { connectionEnv, restoreArguments } from '../postgres/tool-arguments.ts'
import type { Secret } from '../secret.ts'
import type { Difference } from './compare-fingerprints-rules.ts'
import { isOfThisComputer, restoreErrors } from './restore-errors-rules.ts'

/** An empty database, and who works in it. */
export interface RestoreTarget {
  readonly server: Server
  readonly password: Secret | undefined
  readonly database: string
}

export interface Restoring {
  /** Not older than the pg_dump that wrote the archive. */
  readonly pgRestore: string
  /** Runs it as somebody else, for which we must be root; the archive must be theirs to read. */
  readonly account: Account | undefined
  readonly signal: AbortSignal
  readonly timeLimitMs: number
  readonly onChild: (pid: number) => void
  /** `none`: everything belongs to the login, and nobody else has rights. */
  readonly owners: 'keep' | 'none'
  /** Where tables lay on the server's disks; default is not to care. */
  readonly tablespaces?: 'keep' | 'none'
  readonly lowPriority: boolean
  /** Settings of its sessions, as PGOPTIONS takes them: `-c lock_timeout=5s`. */
  readonly options?: string
  /** How many sessions work at once at most; default is one per core, up to four. */
  readonly jobs?: number
}

const mostJobs = 4

/**
 * Restores a plain archive into its empty database and returns what could not be restored. Throws when this computer
 * or the connection and not the backup is the reason, or CancelledError.
 */
export async function restoreInto(
  { server, password, database }: RestoreTarget,
  { archive }: { readonly archive: string },
  how: Restoring,
): Promise<readonly Difference[]> {
  const { pgRestore, account, signal, timeLimitMs, onChild, lowPriority, options, jobs } = how
  const { owners, tablespaces = 'none' } = how
  const connection = connectionEnv(server, database, password)
  const env = { ...connection, ...(options === undefined ? {} : { PGOPTIONS: options }) }
  const most = jobs ?? Math.min(mostJobs, availableParallelism())
  const args = restoreArguments({ database, file: archive, jobs: most, owners, tablespaces })
  const tool = startTool(pgRestore, args, { env, account, signal, timeLimitMs, lowPriority })
  if (tool.pid !== undefined) onChild(tool.pid)
  tool.stdout.resume()
  const end = await tool.ended
  if (end.how === 'exited' && end.code === 1) {
    const differences = restoreErrors(end.stderr)
    const isItsOwn = !isOfThisComputer(faultOfToolText(end.stderr), end.stderr)
    if (isItsOwn && differences.length > 0) return differences
  }
  requireSuccess(end)
  return []
}
