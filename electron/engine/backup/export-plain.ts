import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FaultError } from '../../shared/fault.ts'
import { openSession } from '../postgres/session.ts'
import { connectionEnv, plainArguments } from '../postgres/tool-arguments.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import { lookFirst } from './look-first.ts'
import { commit, exists, removePartial } from './partial-file.ts'
import { runPipeline } from './pipeline.ts'

/**
 * Writes one database as readable SQL. The file must not exist; it appears only when it is whole. It is neither
 * encrypted nor listed: whoever asks for it takes care of it.
 */
export async function exportPlain(site: Site, database: string, file: string, job: RunningJob) {
  const { world, settings, limits } = site
  if (await exists(file)) throw new FaultError('USAGE', { values: { problem: `${file} exists already.` } })
  const folder = await stat(dirname(file)).catch(() => undefined)
  if (!folder?.isDirectory()) throw new FaultError('DEST_UNAVAILABLE', { values: { folder: dirname(file) } })
  const password = await world.secrets.read('database-password')
  const session = await openSession(settings.server, database, password, { signal: job.signal })
  const facts = await lookFirst(site, session, database).finally(() => void session.end())

  job.files([file])
  job.enter('dump')
  const tool = {
    path: facts.tools.pgDump,
    args: ['--verbose', ...plainArguments({ lockWaitMs: limits.lockWaitMs })],
    env: connectionEnv(settings.server, database, password),
  }
  try {
    const { bytes } = await runPipeline(
      {
        kind: 'seal',
        tool,
        file,
        compress: false,
        recipients: [],
        values: { database },
        stallMs: limits.stallMs,
        totalMs: limits.totalMs,
      },
      { signal: job.signal, onProgress: job.onProgress, onChild: job.onChild },
    )
    await commit(file)
    return { id: job.id, bytes }
  } finally {
    await removePartial(file)
  }
}
