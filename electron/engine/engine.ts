import { mkdir } from 'node:fs/promises'
import { FaultError } from '../shared/fault.ts'
import type { SetUpRequest } from '../shared/ipc.ts'
import type {
  Backup,
  CheckResult,
  Keys,
  Probe,
  Progress,
  ProofResult,
  Settings,
  Status,
} from '../shared/model.ts'
import type { Restore, RestoreLook, RestoreResult } from '../shared/restore-model.ts'
import type { PrunePlan } from '../shared/retention-model.ts'
import { runBackup } from './backup/run-backup.ts'
import { backup as recorded, latestIntact } from './catalogue/backups.ts'
import { recordCheck, recordProof } from './catalogue/checks.ts'
import { knownDatabases } from './catalogue/known-databases.ts'
import { restoreRow, toRestore } from './catalogue/restores.ts'
import { exportPlain } from './backup/export-plain.ts'
import { confirmed, keepPassword, renewRecovery } from './change-keys.ts'
import type { Identity } from './keys.ts'
import { databasesOf } from './look-at-server.ts'
import { readStatus } from './monitor/status.ts'
import { withStored } from './monitor/stored-status.ts'
import { openSite } from './open-site.ts'
import { pinBackup } from './retention/pin-backup.ts'
import { planPrune } from './retention/plan-prune.ts'
import { prune, type Pruned } from './retention/prune.ts'
import { expireKept } from './restore/expire.ts'
import {
  look,
  release,
  restore,
  restoreFile,
  undo,
  type Login,
  type LookRequest,
  type RestoreRequest,
} from './restore/restore-jobs.ts'
import { runJob } from './schedule/run-job.ts'
import { serverAnswers } from './schedule/server-answers.ts'
import { proposeProbes, tryProbes, withProbes } from './probes.ts'
import type { Secret } from './secret.ts'
import { setUp, type SetUp } from './set-up.ts'
import { loadSettings, saveSettings } from './settings.ts'
import { usualLimits, type Limits, type Site } from './site.ts'
import { checkIntegrity } from './verify/check-integrity.ts'
import { prove } from './verify/prove.ts'
import type { Probed } from './verify/run-probes.ts'
import type { World } from './world.ts'

/** Goes with everything that takes time: how to stop it, and where its progress goes. */
export interface Doing {
  readonly signal?: AbortSignal
  readonly report?: (progress: Progress) => void
}

/**
 * The engine: what Larder can do, without a window. Desktop, command and tests use this and nothing below it.
 * Times are ISO 8601 UTC, sizes bytes; everything throws FaultError or CancelledError.
 */
export class Engine {
  readonly world: World
  readonly #limits: Limits
  #site: Site | undefined
  #databases: readonly string[] = []

  private constructor(world: World, limits: Limits) {
    this.world = world
    this.#limits = limits
  }

  /** Opens the data folder. What a killed Larder left behind is cleared and told as *interrupted* first. */
  static async open(world: World, limits: Limits = usualLimits): Promise<Engine> {
    await mkdir(world.dataFolder, { recursive: true, mode: 0o700 })
    const engine = new Engine(world, limits)
    const settings = await loadSettings(world.dataFolder)
    if (settings !== undefined) await engine.#enter(settings)
    return engine
  }

  get isSetUp(): boolean {
    return this.#site !== undefined
  }

  /** Throws NOT_SET_UP before the first run. */
  get site(): Site {
    if (this.#site === undefined) throw new FaultError('NOT_SET_UP')
    return this.#site
  }

  /** Sets the site up and opens it. `keepKey` gets the recovery key before the settings count (set-up.ts). */
  async setUp(request: SetUpRequest, keepKey?: (recovery: Identity) => Promise<void>): Promise<SetUp> {
    const made = await setUp(this.world, request, keepKey)
    await this.#enter(made.settings)
    return made
  }

  /** Takes over settings that another process has saved meanwhile. */
  async refresh(): Promise<void> {
    const before = this.#site
    const settings = await loadSettings(this.world.dataFolder)
    // What this process changed, or closed, in the meantime is newer than what was just read.
    if (before === undefined || settings === undefined || this.#site !== before) return
    if (JSON.stringify(settings) !== JSON.stringify(before.settings)) this.#site = { ...before, settings }
  }

  async serverAnswers(): Promise<boolean> {
    return serverAnswers(this.site)
  }

  /** The databases that the plan covers; with `all`, those the server has at this moment. */
  async databases(): Promise<readonly string[]> {
    const { settings, world } = this.site
    // Names that the plan has need no login; what is wrong with it is then for each backup to say, and to record.
    if (settings.plan.databases !== 'all') return settings.plan.databases
    const password = await world.secrets.read('database-password')
    this.#databases = await databasesOf(settings.server, password, settings.plan)
    return this.#databases
  }

  /** Takes one backup of one database. */
  async backUp(database: string, { signal, report }: Doing = {}): Promise<Backup> {
    const order = { kind: 'backup', database, signal, report } as const
    return runJob(this.site, order, async (job) => runBackup(this.site, database, job))
  }

  /** Writes one database as SQL text, for a technician: not a backup, never listed, never encrypted. */
  async exportPlain(
    database: string,
    file: string,
    { signal, report }: Doing = {},
  ): Promise<{ bytes: number }> {
    const order = { kind: 'export', database, signal, report } as const
    return runJob(this.site, order, async (job) => exportPlain(this.site, database, file, job))
  }

  /** Finds a backup by its id, or the newest good one of the site by the word `latest`. Throws BACKUP_UNKNOWN. */
  find(id: string): Backup {
    const found = id === 'latest' ? this.#latest() : recorded(this.site.catalogue, id)
    if (found === undefined) throw new FaultError('BACKUP_UNKNOWN', { values: { id } })
    return found
  }

  /** Reads a backup in full and moves it on the ladder by what was found. */
  async verify(id: string, { signal, report }: Doing = {}): Promise<CheckResult> {
    const backup = this.find(id)
    const { catalogue } = this.site
    const order = { kind: 'verify', database: backup.database, backupId: backup.id, signal, report } as const
    return runJob(this.site, order, async (job) => {
      const startedAt = this.world.now()
      const found = await checkIntegrity(this.site, backup, job)
      const durationMs = this.world.now() - startedAt
      recordCheck(catalogue, { kind: 'integrity', backupId: backup.id, startedAt, durationMs, ...found })
      return { id: backup.id, ...found, durationMs }
    })
  }

  /** Restores a backup into a PostgreSQL of its own, compares everything, and moves it on the ladder accordingly. */
  async prove(id: string, { signal, report }: Doing = {}): Promise<ProofResult> {
    const backup = this.find(id)
    const { catalogue } = this.site
    const order = { kind: 'prove', database: backup.database, backupId: backup.id, signal, report } as const
    return runJob(this.site, order, async (job) => {
      const startedAt = this.world.now()
      const { notes, ...found } = await prove(this.site, backup, job)
      const durationMs = this.world.now() - startedAt
      recordProof(catalogue, { backupId: backup.id, startedAt, durationMs, ...found })
      return { id: backup.id, ...found, notes, durationMs }
    })
  }

  /** What a restore would meet and cost; nothing is changed. */
  async lookAtRestore(id: string, request: LookRequest): Promise<RestoreLook> {
    return look(this.site, this.find(id), request)
  }

  /** Restores a backup in the place of the live database, which is kept, or into a new one. */
  async restore(id: string, request: RestoreRequest, doing: Doing = {}): Promise<RestoreResult> {
    return restore(this.site, this.find(id), request, doing)
  }

  /** Restores a file that Larder did not make, into a new database only. */
  async restoreFile(request: Parameters<typeof restoreFile>[1], doing: Doing = {}): Promise<RestoreResult> {
    return restoreFile(this.site, request, doing)
  }

  /** Throws RESTORE_UNKNOWN. */
  findRestore(id: string): Restore {
    return toRestore(restoreRow(this.site.catalogue, id))
  }

  /** Puts back what a restore swapped out. Throws RESTORE_UNKNOWN or RESTORE_NOT_KEPT. */
  async undo(
    restoreId: string,
    doing: Doing & { readonly login?: Login | null } = {},
  ): Promise<RestoreResult> {
    return undo(this.site, restoreId, doing, doing)
  }

  /** Drops what a restore keeps, for good. Throws as `undo` does. */
  async release(restoreId: string, doing: Doing & { readonly login?: Login | null } = {}): Promise<void> {
    return release(this.site, restoreId, doing, doing)
  }

  /** Questions worth asking in every proof of this database, best first; each of them holds now. */
  async proposeProbes(database: string): Promise<Probe[]> {
    return proposeProbes(this.site, database)
  }

  /** Asks the plan's probes, or others, of the live database, which they cannot change. */
  async tryProbes(database: string, probes?: readonly Probe[]): Promise<Probed> {
    return tryProbes(this.site, database, probes)
  }

  /** Puts these probes in the place of the plan's own. Throws USAGE for two of one name. */
  async changeProbes(probes: readonly Probe[]): Promise<void> {
    await this.change((settings) => withProbes(settings, probes))
  }

  /** Drops what restores have kept for long enough, after a warning. Call it now and then. */
  async expireKept(): Promise<void> {
    if (this.isSetUp) await expireKept(this.site)
  }

  /** What retention would delete now, and why; of every database that ever had a backup. */
  async previewPrune(): Promise<PrunePlan> {
    return planPrune(this.site)
  }

  /** Carries retention out now. With `shown` nothing goes that was not shown to go. */
  async prune(shown: PrunePlan | null = null): Promise<Pruned> {
    return prune(this.site, { shown })
  }

  /** Keeps a backup for good, or lets it go its way again. Throws BACKUP_UNKNOWN or DEST_UNAVAILABLE. */
  async pin(id: string, isPinned: boolean): Promise<Backup> {
    return pinBackup(this.site, this.find(id), { isPinned })
  }

  /** The verdict, from what is known without asking the server. */
  status(): Status {
    return withStored(this.site, readStatus(this.site, this.knownDatabases))
  }

  /** Keeps another database password (change-keys.ts). Throws DB_AUTH when the server does not take it. */
  async changePassword(password: Secret): Promise<void> {
    await this.#changeKeys(await keepPassword(this.site, password))
  }

  /** Takes the last 8 characters of the recovery key as proof that somebody holds it. Throws KEY_WRONG. */
  async confirmRecoveryKey(ending: string): Promise<void> {
    await this.#changeKeys(confirmed(this.site, ending))
  }

  /** Makes another recovery key, which counts once `write` has put it where the person wanted it (change-keys.ts). */
  async renewRecoveryKey(write: (recovery: Identity) => Promise<void>): Promise<Identity> {
    const { recovery, keys } = await renewRecovery(this.site.world, write)
    await this.#changeKeys(keys)
    return recovery
  }

  close(): void {
    this.#site?.catalogue.close()
    this.#site = undefined
  }

  /** The databases of the plan; with `all`, the ones last seen on the server or else in the catalogue. */
  get knownDatabases(): readonly string[] {
    const { settings, catalogue } = this.site
    if (settings.plan.databases !== 'all') return settings.plan.databases
    return this.#databases.length > 0 ? this.#databases : knownDatabases(catalogue)
  }

  #latest(): Backup | undefined {
    return this.knownDatabases
      .map((name) => latestIntact(this.site.catalogue, name))
      .filter((one) => one !== undefined)
      .toSorted((a, b) => b.takenAt.localeCompare(a.takenAt))[0]
  }

  async #enter(settings: Settings): Promise<void> {
    this.#site = await openSite(this.world, settings, this.#limits)
  }

  async #changeKeys(keys: Partial<Keys>): Promise<void> {
    await this.change((settings) => ({ ...settings, keys: { ...settings.keys, ...keys } }))
  }

  /** Changes the settings as they are on disk now: another process may have changed other parts meanwhile. */
  async change(change: (settings: Settings) => Settings): Promise<void> {
    await this.refresh()
    const settings = change(this.site.settings)
    await saveSettings(this.world.dataFolder, settings)
    this.#site = { ...this.site, settings }
  }
}
