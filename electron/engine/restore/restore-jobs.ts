import { FaultError, type Fault } from '../../shared/fault.ts'
import type { Backup, Progress, Server } from '../../shared/model.ts'
import type { AfterCommand, RestoreLook, RestoreResult, RoleChoice } from '../../shared/restore-model.ts'
import { restoreRow, type RestoreRow } from '../catalogue/restores.ts'
import { runJob } from '../schedule/run-job.ts'
import type { Secret } from '../secret.ts'
import type { Site } from '../site.ts'
import { finishInterruptedRestores } from './finish-interrupted.ts'
import { lookAtRestore } from './look.ts'
import { nameProblem } from './names-rules.ts'
import { noOutcome, recordRestore } from './record.ts'
import { restoreBackup } from './restore.ts'
import { restoreForeign } from './restore-foreign.ts'
import type { Target } from './target.ts'
import { releaseRestore, requireKept, undoRestore } from './undo.ts'

interface Doing {
  readonly signal?: AbortSignal | undefined
  readonly report?: ((progress: Progress) => void) | undefined
}

/** Who works on the server, where it is not the login of the backups. Used for one restore and kept nowhere. */
export interface Login {
  readonly user: string
  readonly password: Secret
}

/** Where a restore goes and who does it. */
interface Where {
  readonly login?: Login | null
  /** Another server than the site's; its login is the server's own user. */
  readonly server?: Server | null
}

export interface LookRequest extends Where {
  /** Null: in the place of the database that it was taken of. */
  readonly into: string | null
  readonly roles: RoleChoice
}

export interface RestoreRequest extends LookRequest {
  readonly after?: AfterCommand | null
  /** Goes on where the live database cannot be backed up any more. */
  readonly withoutSafety?: boolean
}

/** What a restore of this backup would meet and cost (look.ts). */
export const look = async (site: Site, backup: Backup, request: LookRequest): Promise<RestoreLook> =>
  lookAtRestore(site, backup, { ...request, target: await targetOf(site, request) })

/** Restores one backup (restore.ts). */
export async function restore(
  site: Site,
  backup: Backup,
  request: RestoreRequest,
  doing: Doing,
): Promise<RestoreResult> {
  if (request.into !== null) requireGoodName(request.into)
  const target = await targetOf(site, request)
  await finishInterruptedRestores(site, target)
  const { into, roles, after = null, withoutSafety = false } = request
  const order = { into, roles, target, after, withoutSafety }
  const database = into ?? backup.database
  const about = { server: target.server, database, backup, undoes: null, source: null }
  const kind = into === null ? 'replace' : 'into'
  const job = { kind: 'restore', database, backupId: backup.id, faultIn, ...doing } as const
  return runJob(site, job, async (running) =>
    recordRestore(site, { ...about, kind, id: running.id }, (steps) =>
      restoreBackup(site, { backup, order, steps }, running),
    ),
  )
}

/** Restores a file that is not one of Larder's into a new database (restore-foreign.ts). */
export async function restoreFile(
  site: Site,
  request: Where & { readonly file: string; readonly into: string; readonly confirmed: boolean },
  doing: Doing,
): Promise<RestoreResult> {
  const { file, into, confirmed } = request
  requireGoodName(into)
  const target = await targetOf(site, request)
  const about = { server: target.server, database: into, backup: null, undoes: null, source: file }
  const job = { kind: 'restore', database: into, faultIn, ...doing } as const
  return runJob(site, job, async (running) =>
    recordRestore(site, { ...about, kind: 'into', id: running.id }, async (steps) => {
      const order = { file, into, confirmed, target }
      const { differences, notes } = await steps.time('Restored the file', () =>
        restoreForeign(site, order, running),
      )
      // Nothing signed tells what should be in it, so it is never said to be equal to anything.
      const verdict = 'restored-with-differences'
      return { ...noOutcome, verdict, database: into, differences: [...differences], notes: [...notes] }
    }),
  )
}

/** Takes back a restore, or an undo (undo.ts). */
export async function undo(site: Site, id: string, where: Where, doing: Doing): Promise<RestoreResult> {
  const row = restoreRow(site.catalogue, id)
  requireKept(row)
  const target = await targetOfRow(site, row, where)
  const { server, database } = row
  const about = { server, database, backup: null, undoes: row.id, source: null }
  const job = { kind: 'undo', database, ...doing } as const
  return runJob(site, job, async (running) =>
    recordRestore(site, { ...about, kind: 'undo', id: running.id }, (steps) =>
      undoRestore(site, { row, target, steps }, running),
    ),
  )
}

/** Drops what a restore keeps (undo.ts). */
export async function release(site: Site, id: string, where: Where, doing: Doing): Promise<void> {
  const row = restoreRow(site.catalogue, id)
  requireKept(row)
  const target = await targetOfRow(site, row, where)
  await runJob(site, { kind: 'release', database: row.database, ...doing }, async () => {
    await releaseRestore(site, row, target)
    return { id: row.id }
  })
}

async function targetOf({ settings, world }: Site, { login, server }: Where): Promise<Target> {
  const place = server ?? settings.server
  if (login) return { server: { ...place, user: login.user }, password: login.password }
  return { server: place, password: await world.secrets.read('database-password') }
}

/** Where that restore worked, as whoever asks now: the login that it may have been done with was not kept. */
const targetOfRow = (site: Site, { server }: RestoreRow, { login }: Where): Promise<Target> =>
  targetOf(site, { server: { ...server, user: site.settings.server.user }, login: login ?? null })

function requireGoodName(name: string): void {
  const problem = nameProblem(name)
  if (problem !== null)
    throw new FaultError('USAGE', { values: { problem: `“${name}” is no name for a database: ${problem}.` } })
}

/** A restore that came to nothing is no success of the job, though it says exactly what was different. */
function faultIn({ verdict, differences }: RestoreResult): Fault | undefined {
  if (verdict !== 'not-restored') return undefined
  const detail = differences.map(
    ({ object, expected, found }) => `${object}: expected ${expected}, found ${found}`,
  )
  return new FaultError('RESTORE_FAILED', { detail: detail.slice(0, 20).join('\n') }).fault
}
