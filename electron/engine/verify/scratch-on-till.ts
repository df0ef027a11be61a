import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import { Server, type Manifest } from '../../shared/model.ts'
import { runningJobs } from '../catalogue/job-history.ts'
import type { Session } from '../postgres/session.ts'
import { majorOf } from '../postgres/tool-rules.ts'
import { dropBeside } from '../restore/beside.ts'
import { openElsewhere, type Target } from '../restore/target.ts'
import type { Site } from '../site.ts'
import type { RestoreTarget } from './restore-archive.ts'
import { literal } from './roles-rules.ts'
import { createDatabase } from './scratch-database.ts'

/** An empty database of the till's own server, for the length of a proof. */
export interface ScratchOnTill {
  readonly target: RestoreTarget
  readonly superuser: boolean
  /** What had to be otherwise than at the source. */
  readonly notes: readonly string[]
  /** Drops it, whoever is in it. Never throws: what cannot be dropped now is dropped at the next start. */
  remove(): Promise<void>
}

/** Follows from the job's id, so that a later life finds it. No plan covers a database of such a name. */
const nameFor = (jobId: string): string => `larder_proof_${jobId.replaceAll('-', '').slice(0, 8)}`

const folderOf = ({ world }: Site): string => join(world.dataFolder, 'proof')
/** Says on which server there is, or was, a database of this job. */
const markFor = (site: Site, jobId: string): string => join(folderOf(site), `${jobId}.till`)

/**
 * Makes it, with the encoding and the locale of the source, as the site's own login. Throws PROOF_RIGHTS when that may
 * not, TOOL_NOT_FOUND when the till has another major version by now, whose verdict could differ for no fault of the
 * backup, and the DB_* fault that fits.
 */
export async function makeOnTill(site: Site, manifest: Manifest, jobId: string): Promise<ScratchOnTill> {
  const { server } = site.settings
  const target = { server, password: await site.world.secrets.read('database-password') }
  const name = nameFor(jobId)
  // Not to be cancelled half-way: the server would go on, and make it after it was looked for.
  await using session = await openElsewhere(target, [name])
  const superuser = await requireRight(session, manifest)
  await writeFile(markFor(site, jobId), JSON.stringify(server), { mode: 0o600 })
  const remove = (): Promise<void> => removeFromTill(site, jobId, target)
  try {
    const notes = await createDatabase(session, manifest, { name })
    return { target: { ...target, database: name }, superuser, notes, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

const Rights = z.object({
  user: z.string(),
  superuser: z.boolean(),
  mayCreate: z.boolean(),
  versionNum: z.number(),
})

/** Whether the login is a superuser. */
async function requireRight(session: Session, { server }: Manifest): Promise<boolean> {
  const { user, superuser, mayCreate, versionNum } = await session.one(
    Rights,
    `SELECT rolname AS user, rolsuper AS superuser, rolsuper OR rolcreatedb AS "mayCreate",
       current_setting('server_version_num')::integer AS "versionNum"
     FROM pg_roles WHERE rolname = current_user`,
  )
  const [now, then] = [majorOf(versionNum), Number.parseInt(server.version, 10)]
  if (now !== then) {
    const detail = `A proof needs the server programs of PostgreSQL ${then} (initdb, pg_ctl, postgres) here; the till itself runs version ${now} by now.`
    throw new FaultError('TOOL_NOT_FOUND', { detail })
  }
  if (!mayCreate) throw new FaultError('PROOF_RIGHTS', { values: { user, missing: 'to make a database' } })
  return superuser
}

async function removeFromTill(site: Site, jobId: string, target: Target): Promise<void> {
  try {
    await dropFromTill(site, jobId, target)
  } catch (error) {
    site.world.log.error(`the database of a proof is left for the next start to drop: ${String(error)}`)
  }
}

async function dropFromTill(site: Site, jobId: string, target: Target): Promise<void> {
  const name = nameFor(jobId)
  await using session = await openElsewhere(target, [name])
  await endMaking(session, name)
  await dropBeside(session, name)
  await rm(markFor(site, jobId), { force: true })
}

const Count = z.object({ count: z.coerce.number() })

/** A Larder that was killed may have left the server at making it: then it is not there yet, and would come later. */
async function endMaking(session: Session, name: string): Promise<void> {
  const makers = `FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND state = 'active' AND strpos(query, ${literal(`CREATE DATABASE "${name}"`)}) > 0`
  for (let tries = 0; tries < 200; tries += 1) {
    const { count } = await session.one(Count, `SELECT count(pg_terminate_backend(pid)) ${makers}`)
    if (count === 0) return
    await wait(50)
  }
}

/**
 * Drops the databases that proofs of a killed Larder left on the till. Those of jobs that run now are left alone; what
 * cannot be dropped is told to the log and tried again at the next start.
 */
export async function sweepProofsOnTill(site: Site): Promise<void> {
  const names = await readdir(folderOf(site)).catch(() => [])
  const running = new Set(runningJobs(site.catalogue).map(({ job }) => job.id))
  const left = names.filter((name) => name.endsWith('.till')).map((name) => name.slice(0, -'.till'.length))
  for (const jobId of left.filter((id) => !running.has(id))) {
    try {
      const server = Server.parse(JSON.parse(await readFile(markFor(site, jobId), 'utf8')))
      await dropFromTill(site, jobId, {
        server,
        password: await site.world.secrets.read('database-password'),
      })
      site.world.log.warn(`the database of an unfinished proof is gone (${jobId})`)
    } catch (error) {
      site.world.log.warn(
        `the database of an unfinished proof cannot be dropped yet (${jobId}): ${String(error)}`,
      )
    }
  }
}
