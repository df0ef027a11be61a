import { createHash, randomBytes, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { FaultError } from '../../shared/fault.ts'
import type { Backup, Fingerprint } from '../../shared/model.ts'
import { backup as recorded } from '../catalogue/backups.ts'
import { recordBackup } from '../catalogue/record-backup.ts'
import { recipientsOf } from '../keys.ts'
import { readFingerprint } from '../postgres/fingerprint.ts'
import { openSession, type Session } from '../postgres/session.ts'
import { exportSnapshot, type Snapshot } from '../postgres/snapshot.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import { requireBackupFolder } from './backup-folder.ts'
import { backupNames, type BackupNames } from './backup-rules.ts'
import { describe, type Findings } from './describe.ts'
import { dumpArchive, dumpGlobals } from './dump.ts'
import { keepingReserve } from './keep-reserve.ts'
import { lookFirst, type Facts } from './look-first.ts'
import { writeManifest } from './manifest.ts'
import { requireOwnKeys } from './own-keys.ts'
import { commit, makeFolder, writePartial } from './partial-file.ts'
import type { Measured } from './pipeline.ts'
import { readStored, requireEqual } from './read-back.ts'

/**
 * One backup from start to finish; the functions it calls are the next files to read, in this order. It counts as
 * *intact* only when every byte came back from the disk and pg_restore understood it (INV-1, 2, 4). Throws the fault
 * or CancelledError; the job then removes what was half written (run-job.ts).
 */
export async function runBackup(site: Site, database: string, job: RunningJob): Promise<Backup> {
  const startedAt = site.world.now()
  await requireBackupFolder(site.settings)
  const key = await requireOwnKeys(site)
  job.enter('inspect')
  const session = await openSource(site, database, job.signal)
  try {
    // Counting rows waits for locks as the dump does, and the till waits behind both (INV-8).
    await session.run(`SET lock_timeout = ${site.limits.lockWaitMs}`)
    const facts = await lookFirst(site, session, database)
    const snapshot = await exportSnapshot(session, () => site.world.now(), site.limits.lockWaitMs)
    const taken = await nameIt(site, { database, takenAt: snapshot.takenAt, job })

    job.enter('dump')
    const dumped = await keepingReserve(site, job.signal, (signal) =>
      dump(site, {
        database,
        facts,
        job,
        signal,
        session,
        snapshot,
        folder: taken.folder,
        names: taken.names,
      }),
    )

    job.enter('check')
    await check(site, { ...taken, ...dumped, facts, job })

    job.enter('finish')
    const finishedAt = site.world.now()
    return await keep(site, { ...taken, ...dumped, facts, startedAt, finishedAt }, key)
  } finally {
    await session.end()
  }
}

async function openSource(
  { world, settings }: Site,
  database: string,
  signal: AbortSignal,
): Promise<Session> {
  return openSession(settings.server, database, await world.secrets.read('database-password'), { signal })
}

interface Taken {
  readonly id: string
  readonly takenAt: number
  readonly names: BackupNames
  /** Absolute. */
  readonly folder: string
}

/** From here on the backup has a moment, an id and its names; the job knows them before the first byte is written. */
async function nameIt(
  { settings }: Site,
  { database, takenAt, job }: { database: string; takenAt: number; job: RunningJob },
): Promise<Taken> {
  const id = randomBytes(5).toString('hex')
  const names = backupNames({
    site: settings.site.name,
    database,
    id,
    takenAt: new Date(takenAt).toISOString(),
    encrypted: settings.keys.recoveryRecipient !== null,
    hash: (text) => createHash('sha256').update(text).digest('hex').slice(0, 6),
  })
  const folder = join(settings.folder, ...names.folder.split('/'))
  job.files([names.archive, names.globals, names.manifest].map((name) => join(folder, name)))
  await makeFolder(folder)
  return { id, takenAt, names, folder }
}

interface Dumping {
  readonly database: string
  readonly facts: Facts
  readonly job: RunningJob
  readonly signal: AbortSignal
  readonly session: Session
  readonly snapshot: Snapshot
  readonly folder: string
  readonly names: BackupNames
}

interface Dumped {
  readonly archive: Measured
  readonly globals: Measured
  readonly fingerprint: Fingerprint
}

/** The rows are counted while they are dumped: both read the same snapshot, so both see the same rows. */
async function dump(site: Site, dumping: Dumping): Promise<Dumped> {
  const { folder, names, session, snapshot } = dumping
  const either = new AbortController()
  const signal = AbortSignal.any([dumping.signal, either.signal])
  const order = { ...dumping, signal, file: join(folder, names.archive) }
  const counting = readFingerprint(session)
  counting.catch(() => either.abort())
  try {
    const archive = await dumpArchive(site, order, snapshot.snapshot)
    const fingerprint = await counting
    const globals = await dumpGlobals(site, { ...order, file: join(folder, names.globals) })
    return { archive, globals, fingerprint }
  } catch (error) {
    // When counting failed, its fault is the reason and the cancelled dump only the consequence.
    if (either.signal.aborted) await counting
    throw error
  }
}

interface Checking extends Taken, Dumped {
  readonly facts: Facts
  readonly job: RunningJob
}

async function check(site: Site, { archive, globals, names, folder, facts, job }: Checking): Promise<void> {
  const { keys } = site.settings
  const common = {
    sealedTo: keys.recoveryRecipient === null ? null : recipientsOf(keys),
    tools: facts.tools,
    signal: job.signal,
    onProgress: job.onProgress,
    onChild: job.onChild,
  }
  const partial = (name: string): string => join(folder, `${name}.partial`)
  try {
    requireEqual(archive, await readStored(site, { ...common, path: partial(names.archive), archive: true }))
    requireEqual(globals, await readStored(site, { ...common, path: partial(names.globals), archive: false }))
  } catch (error) {
    // No stored backup has gone bad: this one never was one.
    if (!(error instanceof FaultError) || error.code !== 'BACKUP_CORRUPT') throw error
    throw new FaultError('VERIFY_TRUNCATED', { detail: error.fault.detail ?? '', cause: error })
  }
}

/** The manifest comes last, so a backup without one never was; the catalogue follows and can be rebuilt from it. */
async function keep(site: Site, found: Findings & Taken, key: KeyObject): Promise<Backup> {
  const manifest = describe(site, found)
  const { folder, names } = found
  await writePartial(join(folder, names.manifest), [Buffer.from(writeManifest(manifest, key))])
  await commit(join(folder, names.archive))
  await commit(join(folder, names.globals))
  await commit(join(folder, names.manifest))
  recordBackup(site.catalogue, manifest, {
    folder: site.settings.folder,
    path: names.folder,
    state: 'intact',
  })
  const backup = recorded(site.catalogue, found.id)
  if (backup === undefined) throw new Error('the backup was not recorded')
  return backup
}
