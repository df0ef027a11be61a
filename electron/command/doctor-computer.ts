import { toolWarnings } from '../engine/postgres/tool-rules.ts'
import { passedOver, searchTools } from '../engine/postgres/find-tools.ts'
import { fromInstant } from '../shared/calendar.ts'
import { examine, ok, problem, warning, type Check } from './doctor-check.ts'

/** Which PostgreSQL client tools there are, and which have known holes. */
export const examineTools = (): Promise<readonly Check[]> =>
  examine('tools', async () => {
    const { found, broken } = await searchTools()
    if (found.length === 0)
      return problem(
        'tools',
        ['There are no PostgreSQL client tools on this computer.', ...passedOver(broken)].join(' '),
        'Install the PostgreSQL client tools of the server’s version.',
      )
    return found.map(({ version, versionNum, folder }) => {
      const text = `PostgreSQL ${version} in ${folder}`
      const holes = toolWarnings(versionNum)
      return holes.length === 0
        ? ok('tools', text)
        : warning('tools', `${text}. ${holes.join(' ')}`, 'Let the system update its PostgreSQL packages.')
    })
  })

const toleratedMs = 120_000
/** No Larder ran before this day, so a clock that shows an earlier one has lost its battery. */
const firstDay = Date.parse('2025-01-01T00:00:00Z')

interface Clocks {
  readonly now: number
  /** What the server's clock said at that moment; undefined when it could not be asked. */
  readonly serverNow: number | undefined
  /** ISO 8601 UTC. */
  readonly newestBackup: string | undefined
}

/** Whether the time is likely to be right: schedules, retention and the age of a backup all hang on it. */
export function examineClock({ now, serverNow, newestBackup }: Clocks): Check {
  const next = 'Set the clock of this computer, and let it follow a time server.'
  const offMs = serverNow === undefined ? 0 : Math.abs(now - serverNow)
  if (now < firstDay) return problem('clock', 'The clock is years behind.', next)
  if (newestBackup !== undefined && fromInstant(newestBackup) > now + toleratedMs)
    return problem('clock', 'The newest backup is dated in the future, so the clock is or was wrong.', next)
  if (offMs > toleratedMs)
    return warning(
      'clock',
      `The clocks of this computer and of the server are ${Math.round(offMs / 60_000)} minutes apart.`,
      next,
    )
  return ok('clock', serverNow === undefined ? 'looks plausible' : 'agrees with the server')
}
