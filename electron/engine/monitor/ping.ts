import { fromInstant } from '../../shared/calendar.ts'
import type { Status } from '../../shared/model.ts'
import { runningJobs, unresolvedFailures } from '../catalogue/job-history.ts'
import { noteTold, toldOf } from '../catalogue/channels.ts'
import type { Site } from '../site.ts'
import { sendPing, type Ping } from './channels/heartbeat.ts'
import { channelLimitMs, deliver, needed } from './deliver.ts'

interface DuePing {
  readonly ping: Ping
  /** What it is sent for: once each. */
  readonly about: string
  readonly text: string
}

const channel = 'heartbeat'

/**
 * Tells the monitor outside of this PC what it was not told yet. A success is one that the status bears out for every
 * database, never the mere end of a run (INV-23).
 */
export async function pingMonitor(
  site: Site,
  status: Status,
  databases: readonly string[],
): Promise<boolean> {
  const due = (): readonly DuePing[] => duePings(site, status, databases)
  return deliver(
    site,
    channel,
    () => due().length > 0,
    async () => {
      const sent = due()
      const address = await needed(site.world, 'heartbeat-url')
      for (const { ping, text } of sent) await sendPing(address, ping, text, channelLimitMs(site))
      return () => {
        for (const { about } of sent) noteTold(site.catalogue, channel, about, site.world.now())
      }
    },
  )
}

function duePings(site: Site, status: Status, databases: readonly string[]): readonly DuePing[] {
  const { catalogue } = site
  const running = runningJobs(catalogue).filter(({ job }) => job.kind === 'backup')
  const failures = unresolvedFailures(catalogue).filter(({ database }) => databases.includes(database))
  const pings: DuePing[] = [
    ...running.map(({ job }) => ({ ping: 'start' as const, about: `start:${job.id}`, text: job.database })),
    ...failures.map(({ id, database, fault }) => ({
      ping: 'fail' as const,
      about: `fail:${id}`,
      text: `${database}: ${fault?.code ?? 'INTERRUPTED'}`,
    })),
    ...success(site, status, failures.length > 0),
  ]
  const told = toldOf(
    catalogue,
    channel,
    pings.map(({ about }) => about),
  )
  return pings.filter(({ about }) => !told.has(about))
}

function success({ settings, world }: Site, status: Status, hasFailures: boolean): DuePing[] {
  const isProof = settings.alerts?.heartbeat?.after === 'proven'
  const point = isProof ? status.lastProvenAt : status.lastIntactAt
  const isAtRisk = status.health === 'at-risk' || status.alerts.some(({ level }) => level === 'at-risk')
  if (point === null || hasFailures || isAtRisk || fromInstant(point) > world.now() + 5 * 60_000) return []
  return [{ ping: 'success', about: `success:${point}`, text: `${isProof ? 'proven' : 'intact'}: ${point}` }]
}
