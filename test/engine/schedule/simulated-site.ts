import Sqlite from 'better-sqlite3'
import { Catalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { backup } from '../../../electron/engine/catalogue/backups.ts'
import { recordCheck } from '../../../electron/engine/catalogue/checks.ts'
import { migrate } from '../../../electron/engine/catalogue/migrations.ts'
import { setPause } from '../../../electron/engine/catalogue/schedule-state.ts'
import { runDue } from '../../../electron/engine/schedule/run-due.ts'
import type { Run, Scheduled } from '../../../electron/engine/schedule/scheduled.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { usualLimits, type Site } from '../../../electron/engine/site.ts'
import type { World } from '../../../electron/engine/world.ts'
import { FaultError } from '../../../electron/shared/fault.ts'
import type { Backup, Settings } from '../../../electron/shared/model.ts'
import type { Schedule } from '../../../electron/shared/schedule-model.ts'
import { record } from '../catalogue/temp-catalogue.ts'

const minute = 60_000

/** The same numbers at every run: what happens in a simulated year is found again by its seed. */
export function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * A restaurant on paper: the real scheduler and a real catalogue in memory, and a till, a clock and a computer that do
 * as they are told. Backups take minutes of its time and none of ours.
 */
export class SimulatedSite implements Scheduled {
  readonly isSetUp = true
  readonly covered: readonly string[]
  readonly catalogue: Catalogue
  readonly runs: Run[] = []
  /** What is under way; two at once are a mistake of the scheduler. */
  readonly overlaps: string[] = []
  settings: Settings
  serverUp = true
  /** Time as it passes, and as the computer's clock shows it. */
  real: number
  skew = 0
  wokeAt: number
  ticks = 0
  #busy: string | undefined
  #made = 0
  readonly #chance: () => number

  constructor(options: {
    start: number
    zone: string
    seed?: number
    schedule?: Schedule
    databases?: readonly string[]
  }) {
    const { start, zone, seed = 1, schedule, databases = ['pos'] } = options
    const sqlite = new Sqlite(':memory:')
    migrate(sqlite)
    this.catalogue = new Catalogue(':memory:', sqlite)
    this.covered = databases
    this.real = start
    this.wokeAt = start
    this.#chance = chances(seed)
    this.settings = settingsFor(zone, databases, schedule)
  }

  get now(): number {
    return Math.round(this.real + this.skew)
  }

  get world(): World {
    return {
      now: () => this.now,
      dataFolder: '/nowhere',
      secrets: {
        read: () => Promise.resolve(new Secret('')),
        write: () => Promise.resolve(),
        formerIdentities: () => Promise.resolve([]),
      },
      space: () => Promise.resolve({ freeBytes: 1, totalBytes: 1 }),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    }
  }

  get site(): Site {
    return { world: this.world, settings: this.settings, catalogue: this.catalogue, limits: usualLimits }
  }

  get knownDatabases(): readonly string[] {
    return this.covered
  }

  refresh = (): Promise<void> => Promise.resolve()
  databases = (): Promise<readonly string[]> => Promise.resolve(this.covered)
  serverAnswers = (): Promise<boolean> => Promise.resolve(this.serverUp)

  async backUp(database: string): Promise<Backup> {
    return this.#work(`backup of ${database}`, () => {
      const [takenAt, id] = [this.now, `b${(this.#made += 1)}`]
      this.real += minute * (1 + 8 * this.#chance())
      if (!this.serverUp) throw new FaultError('DB_UNREACHABLE')
      record(this.catalogue, { id, database, takenAt })
      const made = backup(this.catalogue, id)
      if (made === undefined) throw new Error('It was just recorded.')
      return made
    })
  }

  async prove(id: string) {
    return this.#work(`proof of ${id}`, () => {
      this.real += minute * (5 + 40 * this.#chance())
      const proof = {
        kind: 'proof',
        verdict: 'proven',
        differences: [],
        startedAt: this.now,
        durationMs: 0,
      } as const
      recordCheck(this.catalogue, { backupId: id, ...proof })
      return { id, verdict: 'proven' as const, differences: [], notes: [], durationMs: 0 }
    })
  }

  async verify(id: string) {
    return this.#work(`check of ${id}`, () => {
      this.real += minute / 10
      const check = {
        kind: 'integrity',
        verdict: 'intact',
        differences: [],
        startedAt: this.now,
        durationMs: 0,
      } as const
      recordCheck(this.catalogue, { backupId: id, ...check })
      return { id, verdict: 'intact' as const, differences: [], durationMs: 0 }
    })
  }

  /** One bell. */
  async ring(): Promise<readonly Run[]> {
    this.ticks += 1
    if (this.ticks % 200 === 0) this.prune()
    return runDue(this, { awakeMs: this.real - this.wokeAt, onRun: (run) => this.runs.push(run) })
  }

  /** The computer is on for that long, and a bell rings now and then. */
  async awake(lengthMs: number, everyMs = 10 * minute): Promise<void> {
    const until = this.real + lengthMs
    while (this.real < until) {
      await this.ring()
      this.real += Math.max(30_000, 2 * everyMs * this.#chance())
    }
  }

  /** It is off, asleep, or without power. */
  asleep(lengthMs: number): void {
    this.real += lengthMs
    this.wokeAt = this.real
  }

  /** As the bell does when it sees the clock jump. */
  setClock(byMs: number): void {
    this.skew += byMs
    this.wokeAt = this.real
  }

  /** As retention will. */
  prune(): void {
    this.catalogue.run('DELETE FROM backups WHERE taken_at < @before', {
      before: this.now - 10 * 24 * 60 * minute,
    })
  }

  pause(lengthMs: number): void {
    setPause(this.catalogue, Math.round(this.now + lengthMs), this.now)
  }

  async #work<T>(name: string, work: () => T): Promise<T> {
    if (this.#busy !== undefined) this.overlaps.push(`${name} while ${this.#busy}`)
    this.#busy = name
    await Promise.resolve()
    try {
      return work()
    } finally {
      this.#busy = undefined
    }
  }
}

const settingsFor = (timeZone: string, databases: readonly string[], schedule?: Schedule): Settings => ({
  version: 1,
  site: { id: '0190c0de-0000-7000-8000-000000000000', name: 'Trattoria', timeZone },
  server: { host: 'localhost', port: 5432, user: 'larder', database: 'pos', tls: 'prefer' },
  plan: { kind: 'production', databases: [...databases], ...(schedule === undefined ? {} : { schedule }) },
  folder: '/backups',
  keys: {
    recoveryRecipient: null,
    siteRecipient: null,
    signingKey: 'x',
    recoveryEnding: null,
    recoveryConfirmedAt: null,
  },
})
