import { beginJob, endJob } from '../../electron/engine/catalogue/jobs.ts'
import { thisProcess } from '../../electron/engine/catalogue/process-identity.ts'
import {
  turnOff,
  mailAlerts,
  pingAfterSuccess,
  postAlerts,
} from '../../electron/engine/monitor/change-channels.ts'
import { readStatus } from '../../electron/engine/monitor/status.ts'
import { withStored } from '../../electron/engine/monitor/stored-status.ts'
import { watchAndTell } from '../../electron/engine/monitor/watch.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { saveSettings } from '../../electron/engine/settings.ts'
import type { WebhookShape } from '../../electron/shared/alert-model.ts'
import { FaultError, type FaultCode } from '../../electron/shared/fault.ts'
import type { Settings, Status } from '../../electron/shared/model.ts'
import type { HttpSink } from './http-sink.ts'
import { PaperSite } from './paper-site.ts'
import type { SmtpSink } from './smtp-sink.ts'

/** A paper site with the part of the engine that watches it. */
export class WatchedSite implements Disposable {
  readonly paper: PaperSite
  readonly isSetUp = true
  knownDatabases: readonly string[] = ['pos']

  private constructor(paper: PaperSite) {
    this.paper = paper
  }

  /** With one good backup, so that nothing is wrong. */
  static async make(now: number): Promise<WatchedSite> {
    const watched = new WatchedSite(await PaperSite.make({ now }))
    const { paper } = watched
    // A channel that hangs costs a test as long as this.
    paper.site = { ...paper.site, limits: { ...paper.site.limits, channelMs: 300 } }
    paper.backUp({ proven: true })
    return watched
  }

  /** One whose last run failed for a reason that no second try mends. */
  static async failed(now: number): Promise<WatchedSite> {
    const watched = await WatchedSite.make(now)
    watched.fail()
    return watched
  }

  /** A run that fails now. */
  fail(code: FaultCode = 'DB_AUTH'): void {
    const { catalogue, now } = this.paper
    const job = beginJob(catalogue, { kind: 'backup', database: 'pos', owner: thisProcess(), now })
    endJob(catalogue, job, { state: 'failed', fault: new FaultError(code).fault }, now)
  }

  get site() {
    return this.paper.site
  }

  get world() {
    return this.paper.site.world
  }

  async change(change: (settings: Settings) => Settings): Promise<void> {
    const settings = change(this.site.settings)
    await saveSettings(this.world.dataFolder, settings)
    this.paper.site = { ...this.site, settings }
  }

  /** Lets time pass and looks. */
  async look(laterMs = 0): Promise<Status> {
    this.paper.now += laterMs
    await watchAndTell(this)
    return this.status
  }

  get status(): Status {
    return withStored(this.site, readStatus(this.site, this.knownDatabases))
  }

  get codes(): string[] {
    return this.status.alerts.map(({ code }) => code)
  }

  async mailTo({ port }: SmtpSink, login?: { user: string; password: string }): Promise<void> {
    const way = {
      host: '127.0.0.1',
      port,
      security: 'none' as const,
      from: 'larder@bar.it',
      to: ['pina@bar.it'],
    }
    if (login === undefined) await mailAlerts(this, way, undefined)
    else await mailAlerts(this, { ...way, user: login.user }, new Secret(login.password))
  }

  async postTo({ origin }: HttpSink, shape: WebhookShape = 'generic', path = '/hook'): Promise<void> {
    await postAlerts(this, shape, new Secret(`${origin}${path}`))
  }

  async pingTo({ origin }: HttpSink, after: 'proven' | 'intact' = 'proven'): Promise<void> {
    await pingAfterSuccess(this, after, new Secret(`${origin}/ping/1234`))
  }

  async turnOff(channel: 'email' | 'webhook' | 'heartbeat'): Promise<void> {
    await turnOff(this, channel)
  }

  [Symbol.dispose](): void {
    this.paper[Symbol.dispose]()
  }
}
