import { createHash, type KeyObject } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { claimFolder } from '../../electron/engine/backup/backup-folder.ts'
import { backupNames } from '../../electron/engine/backup/backup-rules.ts'
import { readManifest, writeManifest } from '../../electron/engine/backup/manifest.ts'
import { listBackups, manifest as recorded, totals } from '../../electron/engine/catalogue/backups.ts'
import { openCatalogue, type Catalogue } from '../../electron/engine/catalogue/catalogue.ts'
import { recordCheck } from '../../electron/engine/catalogue/checks.ts'
import { beginJob, endJob } from '../../electron/engine/catalogue/jobs.ts'
import { thisProcess } from '../../electron/engine/catalogue/process-identity.ts'
import { rebuildCatalogue } from '../../electron/engine/catalogue/rebuild.ts'
import { recordBackup } from '../../electron/engine/catalogue/record-backup.ts'
import { makeSigningKey, signingKey, verifyingKey } from '../../electron/engine/keys.ts'
import { openSite } from '../../electron/engine/open-site.ts'
import { saveSettings } from '../../electron/engine/settings.ts'
import { usualLimits, type Site } from '../../electron/engine/site.ts'
import type { Manifest, Settings } from '../../electron/shared/model.ts'
import type { Retention } from '../../electron/shared/retention-model.ts'
import { sampleManifest } from './sample-manifest.ts'
import { tempFolder } from './temp-folder.ts'
import { makeWorld } from './test-site.ts'

export interface PaperBackup {
  readonly id: string
  readonly takenAt: number
  /** Absolute paths: manifest, archive, roles. */
  readonly files: readonly [string, string, string]
}

interface Taking {
  readonly takenAt?: number
  readonly bytes?: number
  readonly proven?: boolean
  readonly database?: string
}

/**
 * A site that needs no PostgreSQL: its backups are tiny invented files, laid out, signed, recorded and checked by
 * Larder's own functions. The clock is the test's.
 */
export class PaperSite implements Disposable {
  site: Site
  now: number
  readonly folder: string
  readonly logged: string[]
  readonly #temp: Disposable & { readonly path: string }
  readonly #key: KeyObject
  #made = 0

  private constructor(
    site: Site,
    rest: { temp: Disposable & { readonly path: string }; key: KeyObject; logged: string[]; now: number },
  ) {
    this.site = site
    this.folder = site.settings.folder
    this.#temp = rest.temp
    this.#key = rest.key
    this.logged = rest.logged
    this.now = rest.now
  }

  static async make(options: { now: number; retention?: Partial<Retention> }): Promise<PaperSite> {
    const temp = tempFolder()
    const [folder, dataFolder, logged] = [join(temp.path, 'backups'), join(temp.path, 'data'), [] as string[]]
    mkdirSync(dataFolder)
    const { publicKey, secret } = makeSigningKey()
    const settings = settingsOf(folder, publicKey, options.retention)
    await claimFolder(folder, settings.site.id)
    await saveSettings(dataFolder, settings)
    // The clock runs in the site that does not exist yet.
    const clock: { of?: PaperSite } = {}
    const world = makeWorld(dataFolder, logged, { now: () => clock.of?.now ?? options.now })
    const site = await openSite(world, settings, usualLimits)
    clock.of = new PaperSite(site, { temp, key: signingKey(secret), logged, now: options.now })
    return clock.of
  }

  get catalogue(): Catalogue {
    return this.site.catalogue
  }

  /** As a restart would. */
  async reopen(): Promise<void> {
    const { world, settings, limits } = this.site
    this.catalogue.close()
    this.site = await openSite(world, settings, limits)
  }

  /** One whole backup, with its job. */
  backUp({ takenAt = this.now, bytes = 10, proven = false, database = 'pos' }: Taking = {}): PaperBackup {
    this.#made += 1
    const id = createHash('sha256').update(`${this.#made}`).digest('hex').slice(0, 10)
    const names = backupNames({
      site: 'Trattoria',
      database,
      id,
      takenAt: new Date(takenAt).toISOString(),
      encrypted: true,
      hash: (text) => createHash('sha256').update(text).digest('hex').slice(0, 6),
    })
    const sample = sampleManifest({ id, database, takenAt, bytes })
    const manifest = {
      ...sample,
      archive: { ...sample.archive, name: names.archive },
      globals: { ...sample.globals, name: names.globals },
    }
    const place = join(this.folder, names.folder)
    const files = [names.manifest, names.archive, names.globals].map((name) => join(place, name))
    const [manifestFile = '', archive = '', globals = ''] = files
    mkdirSync(place, { recursive: true })
    writeFileSync(archive, Buffer.alloc(bytes))
    writeFileSync(globals, Buffer.alloc(bytes))
    writeFileSync(manifestFile, writeManifest(manifest, this.#key))
    this.run('done', { database, id })
    recordBackup(this.catalogue, manifest, { folder: this.folder, path: names.folder, state: 'intact' })
    if (proven) this.check(id, 'proven')
    return { id, takenAt, files: [manifestFile, archive, globals] }
  }

  /** A backup job that came to this end; a good one is that of the newest backup, unless one is said. */
  run(
    state: 'done' | 'failed',
    { database = 'pos', id = this.ids[0] }: { database?: string; id?: string } = {},
  ): void {
    const job = beginJob(this.catalogue, { kind: 'backup', database, owner: thisProcess(), now: this.now })
    endJob(
      this.catalogue,
      job,
      { state, ...(state === 'failed' || id === undefined ? {} : { backupId: id }) },
      this.now,
    )
  }

  check(backupId: string, verdict: 'proven' | 'different' | 'corrupt' | 'missing' | 'intact'): void {
    const about = { backupId, differences: [], startedAt: this.now, durationMs: 0 }
    if (verdict === 'proven' || verdict === 'different')
      recordCheck(this.catalogue, { ...about, kind: 'proof', verdict })
    else recordCheck(this.catalogue, { ...about, kind: 'integrity', verdict })
  }

  /** Ids of all that is listed, newest first. */
  get ids(): string[] {
    return listBackups(this.catalogue, { limit: 100_000 }).map(({ id }) => id)
  }

  /** Holds the catalogue to what the folder says (INV-16). What only checks can know is left out. */
  async expectTrue(): Promise<void> {
    using other = tempFolder()
    const anew = openCatalogue(join(other.path, 'anew.db'))
    try {
      const key = verifyingKey(this.site.settings.keys.signingKey)
      const read = (bytes: Buffer): Manifest => readManifest(bytes.toString(), key)
      expect((await rebuildCatalogue(anew, this.folder, read, this.now)).unknown).toEqual([])
      expect(told(anew)).toEqual(told(this.catalogue))
    } finally {
      anew.close()
    }
  }

  [Symbol.dispose](): void {
    this.catalogue.close()
    this.#temp[Symbol.dispose]()
  }
}

const told = (catalogue: Catalogue) => ({
  totals: totals(catalogue),
  backups: listBackups(catalogue, { limit: 100_000 })
    // One whose files are gone is known to the catalogue alone.
    .filter(({ state }) => state !== 'missing')
    .map(({ id, file, bytes, state, pinned }) => ({
      id,
      file,
      bytes,
      pinned,
      isWhole: state !== 'corrupt',
      manifest: recorded(catalogue, id),
    })),
})

const settingsOf = (folder: string, publicKey: string, retention: Partial<Retention> = {}): Settings => ({
  version: 1,
  site: { id: '6d1f1b2c-52a0-4a3e-9a3f-0d7f6f0c1e11', name: 'Trattoria', timeZone: 'Europe/Rome' },
  server: { host: '127.0.0.1', port: 1, user: 'nobody', database: 'pos', tls: 'disable' },
  plan: {
    kind: 'production',
    databases: ['pos'],
    retention: {
      daily: 3,
      weekly: 0,
      monthly: 0,
      days: { thisPc: 1, cloud: 90, offsite: 365 },
      floor: 3,
      ...retention,
    },
  },
  folder,
  keys: {
    recoveryRecipient: null,
    siteRecipient: null,
    signingKey: publicKey,
    recoveryEnding: null,
    recoveryConfirmedAt: null,
  },
})
