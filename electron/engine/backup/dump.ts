import { FaultError } from '../../shared/fault.ts'
import { recipientsOf } from '../keys.ts'
import { connectionEnv } from '../postgres/tool-arguments.ts'
import { dumpArguments, globalsArguments } from '../postgres/tool-arguments.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import type { Facts } from './look-first.ts'
import { runPipeline, type Measured, type SealRequest } from './pipeline.ts'

/** What one dump needs beside the site. */
export interface DumpOrder {
  readonly database: string
  readonly facts: Facts
  /** The final name of the file; it is written as `.partial`. */
  readonly file: string
  readonly job: RunningJob
  readonly signal: AbortSignal
}

/** Dumps the database as of an exported snapshot: custom format, compressed, sealed, hashed, durable. */
export async function dumpArchive(site: Site, order: DumpOrder, snapshot: string): Promise<Measured> {
  const args = dumpArguments({ snapshot, lockWaitMs: site.limits.lockWaitMs })
  const call = { path: order.facts.tools.pgDump, args: ['--verbose', ...args] }
  return seal(site, order, call, { compress: true, onProgress: order.job.onProgress })
}

/** Writes the roles, memberships and tablespaces of the server: what pg_dump of one database leaves out. */
export async function dumpGlobals(site: Site, order: DumpOrder): Promise<Measured> {
  const { tools, server } = order.facts
  const args = globalsArguments({ rolePasswords: server.rolePasswords, database: order.database })
  return seal(site, order, { path: tools.pgDumpall, args }, { compress: false })
}

async function seal(
  { world, settings, limits }: Site,
  { database, file, job, signal }: DumpOrder,
  call: { path: string; args: readonly string[] },
  rest: Pick<SealRequest, 'compress'> & Pick<Parameters<typeof runPipeline>[1], 'onProgress'>,
): Promise<Measured> {
  const password = await world.secrets.read('database-password')
  const request: SealRequest = {
    kind: 'seal',
    tool: { ...call, env: connectionEnv(settings.server, database, password) },
    file,
    compress: rest.compress,
    recipients: recipientsOf(settings.keys),
    values: { database, server: '', tool: '' },
    stallMs: limits.stallMs,
    totalMs: limits.totalMs,
  }
  const measured = await runPipeline(request, {
    signal,
    onChild: job.onChild,
    ...(rest.onProgress ? { onProgress: rest.onProgress } : {}),
  })
  if (measured.plainBytes === 0)
    throw new FaultError('DUMP_FAILED', { detail: 'The tool ended well but wrote nothing.' })
  return measured
}
