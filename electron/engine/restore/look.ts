import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import type { Backup, Manifest } from '../../shared/model.ts'
import type { RestoreLook, RoleChoice } from '../../shared/restore-model.ts'
import { reserveBytes } from '../backup/backup-rules.ts'
import { manifest as recorded } from '../catalogue/backups.ts'
import { lastProofMs } from '../catalogue/checks.ts'
import { openSession, type Session } from '../postgres/session.ts'
import type { Site } from '../site.ts'
import { oidOf } from './beside.ts'
import { readLosses } from './losses.ts'
import { bonds, extensionNames, rights, roleNames, sessions } from './look-queries.ts'
import { missingRoles, objections, warnings, type RestoreFacts } from './look-rules.ts'
import { openElsewhere, type Target } from './target.ts'

/** What is asked for. */
export interface Wanted {
  /** Null: in the place of the database that the backup was taken of. */
  readonly into: string | null
  readonly roles: RoleChoice
  readonly target: Target
}

const Rights = z.object({
  user: z.string(),
  superuser: z.boolean(),
  createsDatabases: z.boolean(),
  createsRoles: z.boolean(),
  version: z.string(),
  versionNum: z.number(),
  endsSessions: z.boolean(),
  /** Null when we may not ask. */
  dataFolder: z.string().nullable(),
})
const Role = z.object({ name: z.string(), member: z.boolean() })
const Extension = z.object({ name: z.string() })
const SessionRow = z.object({
  user: z.string(),
  application: z.string(),
  from: z.string().nullable(),
  superuser: z.boolean(),
  sessions: z.number(),
})
const Bonds = z.object({
  prepared: z.number(),
  slots: z.number(),
  owned: z.number(),
  bytes: z.string().transform(Number).nullable(),
})

/**
 * Everything that is to be known before a restore; nothing is changed. Reads what would be lost as well, which counts
 * every row of the live database. Throws BACKUP_UNKNOWN and the DB_* fault of a server that does not answer.
 */
export async function lookAtRestore(site: Site, backup: Backup, wanted: Wanted): Promise<RestoreLook> {
  const manifest = manifestOf(site, backup)
  const found = await gather(site, manifest, wanted)
  const { facts, liveExists } = found
  const losses = wanted.into === null && liveExists ? await lossesOf(site, manifest, backup.database) : null
  return {
    backupId: backup.id,
    database: backup.database,
    takenAt: backup.takenAt,
    liveExists,
    problems: problemsOf(facts).map(({ fault: { code, text, next } }) => ({ code, text, next })),
    warnings: warnings(facts),
    missingRoles: missingRoles(facts),
    presentRoles: facts.roles.map(({ name }) => name).filter((name) => !name.startsWith('pg_')),
    sessions: found.sessions.map(({ user, application, from, sessions: count }) => ({
      user,
      application,
      from,
      sessions: count,
    })),
    losses,
    measuredMs: lastProofMs(site.catalogue, backup.id),
  }
}

/** The same question just before it begins, without counting rows. Throws the first thing that is in the way. */
export async function requireRestorable(
  site: Site,
  manifest: Manifest,
  wanted: Wanted,
): Promise<{ readonly liveExists: boolean; readonly missingRoles: readonly string[] }> {
  const { facts, liveExists } = await gather(site, manifest, wanted)
  const [problem] = problemsOf(facts)
  if (problem !== undefined) throw problem
  return { liveExists, missingRoles: missingRoles(facts) }
}

/** As the catalogue knows it; before anything is restored, the one beside the backup is read and believed or not. */
export function manifestOf(site: Site, { id }: Backup): Manifest {
  const manifest = recorded(site.catalogue, id)
  if (manifest === undefined) throw new FaultError('BACKUP_UNKNOWN', { values: { id } })
  return manifest
}

async function gather(site: Site, manifest: Manifest, { into, roles, target }: Wanted) {
  const live = into ?? manifest.database.name
  await using session = await openElsewhere(target, [live])
  const { dataFolder, ...asked } = await session.one(Rights, rights)
  const exists = (await oidOf(session, live)) !== undefined
  if (into !== null && exists) throw new FaultError('RESTORE_NAME_TAKEN', { values: { database: into } })
  const there = await session.query(SessionRow, sessions, [live])
  const bond = await session.one(Bonds, bonds, [live])
  const facts: RestoreFacts = {
    rights: asked,
    backupVersion: manifest.server.version,
    roles: await session.query(Role, roleNames),
    neededRoles: [...new Set([...manifest.roles, manifest.database.owner])],
    missingExtensions: await missingExtensions(session, manifest),
    roleChoice: roles.kind,
    mapped: roles.kind === 'map' ? roles.to : {},
    live: exists
      ? {
          owned: bond.owned > 0,
          prepared: bond.prepared,
          slots: bond.slots,
          superuserSessions: there.some(({ superuser }) => superuser),
          otherSessions: there.length > 0,
        }
      : null,
    room: await roomOn(site, target, dataFolder, Math.max(bond.bytes ?? 0, manifest.database.bytes)),
  }
  return { facts, sessions: there, liveExists: exists }
}

async function missingExtensions(session: Session, { extensions }: Manifest): Promise<string[]> {
  const available = new Set((await session.query(Extension, extensionNames)).map(({ name }) => name))
  return extensions.map(({ name }) => name).filter((name) => !available.has(name))
}

/** The restored database needs the room of the live one, and a rebuilt index now and then a little more. */
const spacePerByte = 1.1

/** Null where the server's disk is not ours to look at: on another computer, or with a login that may not know. */
async function roomOn({ world }: Site, { server }: Target, dataFolder: string | null, databaseBytes: number) {
  const isHere = server.host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(server.host)
  if (!isHere || dataFolder === null) return null
  const space = await world.space(dataFolder).catch(() => null)
  if (space === null) return null
  const needBytes = Math.ceil(databaseBytes * spacePerByte) + reserveBytes(space.totalBytes)
  return { freeBytes: space.freeBytes, needBytes }
}

const problemsOf = (facts: RestoreFacts): FaultError[] =>
  objections(facts).map(({ code, values }) => {
    const [free, need] = [facts.room?.freeBytes ?? 0, facts.room?.needBytes ?? 0].map((n) =>
      formatBytes(n, 'en'),
    )
    return new FaultError(code, { values: { ...values, free: free ?? '', need: need ?? '' } })
  })

/** With the login of the backups, which may read everything, whoever is to restore. */
async function lossesOf({ settings, world }: Site, manifest: Manifest, live: string) {
  const password = await world.secrets.read('database-password')
  await using session = await openSession(settings.server, live, password)
  return await readLosses(session, manifest.fingerprint, Date.parse(manifest.takenAt))
}
