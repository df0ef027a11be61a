import { FaultError } from '../shared/fault.ts'
import { Probe, type Settings } from '../shared/model.ts'
import { openSession, type Session } from './postgres/session.ts'
import type { Site } from './site.ts'
import { proposeProbes as propose } from './verify/propose-probes.ts'
import { probesOf, runProbes, type Probed } from './verify/run-probes.ts'

/** Probes for a live database of the plan, best first (verify/propose-probes.ts). Throws DB_*. */
export const proposeProbes = (site: Site, database: string): Promise<Probe[]> =>
  atLive(site, database, (session) => propose(session, database))

/** Asks probes, or else those of the plan, of the live database; they cannot change it. Throws DB_*. */
export const tryProbes = (site: Site, database: string, probes?: readonly Probe[]): Promise<Probed> =>
  atLive(site, database, (session) => runProbes(session, probes ?? probesOf(site.settings.plan, database)))

async function atLive<T>(
  { settings: { server }, world }: Site,
  database: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const password = await world.secrets.read('database-password')
  await using session = await openSession(server, database, password)
  return await work(session)
}

/** The settings with these probes in the place of the plan's own. Throws USAGE for two of one name in one database. */
export function withProbes(settings: Settings, probes: readonly Probe[]): Settings {
  const names = probes.map(({ database, name }) => JSON.stringify([database, name]))
  const twice = probes.find((_, at) => names.indexOf(names[at] ?? '') !== at)
  if (twice !== undefined)
    throw new FaultError('USAGE', { values: { problem: `There are two probes named “${twice.name}”.` } })
  return { ...settings, plan: { ...settings.plan, probes: probes.map((probe) => Probe.parse(probe)) } }
}
