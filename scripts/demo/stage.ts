import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type PrivatePostgres, startPostgres } from '../private-postgres/server.ts'
import { buildSampleRestaurant, createBackupRole } from '../sample-restaurant/build.ts'

/** Where the demo plays: a restaurant's server, and an empty folder that stands for the technician's own. */
export type Stage = {
  readonly server: PrivatePostgres
  readonly database: string
  /** A login that can read everything and change nothing. */
  readonly backupRole: { readonly name: string; readonly password: string }
  readonly folder: string
  readonly dataFolder: string
  readonly buildMs: number
  readonly signal: AbortSignal
}

/** Sets the stage, plays, and clears everything away, also when it is stopped half-way. */
export async function withStage(signal: AbortSignal, play: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'larder-demo-'))
  try {
    await using server = await startPostgres()
    const built = build(server)
    // When the demo is stopped, the server goes at once, and what is being built in it fails.
    built.catch(() => undefined)
    const stage = await orStopped(built, signal)
    await play({ ...stage, server, folder, dataFolder: join(folder, 'data'), signal })
    signal.throwIfAborted()
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function build(server: PrivatePostgres): Promise<Pick<Stage, 'database' | 'backupRole' | 'buildMs'>> {
  const startedAt = Date.now()
  const database = 'trattoria'
  const backupRole = { name: 'larder_backup', password: randomBytes(12).toString('base64url') }
  await buildSampleRestaurant(server, { database, upTo: new Date() })
  await createBackupRole(server, backupRole.name, backupRole.password)
  return { database, backupRole, buildMs: Date.now() - startedAt }
}

function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = new Promise<never>((_resolve, reject) => {
    const stop = (): void => reject(new Error('stopped'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([work, stopped])
}
