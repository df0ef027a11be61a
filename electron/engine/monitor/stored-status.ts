import { toInstant } from '../../shared/calendar.ts'
import type { AlertLevel } from '../../shared/alert-model.ts'
import { FaultError } from '../../shared/fault.ts'
import type { Alert, Status } from '../../shared/model.ts'
import { keyOf, liveAlerts, type StoredAlert } from '../catalogue/alerts.ts'
import type { Site } from '../site.ts'
import { observeScheduler, wordsOf } from './observe.ts'

/**
 * The status as derived from facts, with what is known of each alert since it began, and with what the last watch saw.
 * What is derived stays true when nothing could be written down.
 */
export function withStored(site: Site, derived: Status): Status {
  const stored = storedAlerts(site)
  const derivedKeys = new Set(derived.alerts.map(keyOfAlert))
  const silent = observeScheduler(site, wordsOf(site))
  const observed = stored.filter(
    (one) =>
      one.origin === 'watch' &&
      one.level !== 'notice' &&
      one.code !== 'SCHEDULER_SILENT' &&
      !derivedKeys.has(keyOf(one)),
  )
  const more = [...silent, ...observed]
  const alerts = [
    ...derived.alerts.map((one) => dressed(one, stored)),
    ...silent.map((one) => dressed({ ...one, state: 'open', since: toInstant(one.since) }, stored)),
    ...observed.map(toAlert),
  ]
  return { ...derived, alerts, ...together(derived, more) }
}

/** A catalogue that cannot be read is told by whatever else reads it. */
function storedAlerts({ catalogue }: Site): readonly StoredAlert[] {
  try {
    return liveAlerts(catalogue)
  } catch (error) {
    if (error instanceof FaultError) return []
    throw error
  }
}

const keyOfAlert = ({ code, subject = '' }: Alert): string => keyOf({ code, subject })

function dressed(alert: Alert, stored: readonly StoredAlert[]): Alert {
  const row = stored.find((one) => keyOf(one) === keyOfAlert(alert))
  if (row === undefined) return alert
  const since = toInstant(row.since)
  return { ...alert, id: row.id, state: stateOf(row), since: since < alert.since ? since : alert.since }
}

export const toAlert = (row: StoredAlert): Alert => ({
  id: row.id,
  code: row.code,
  ...(row.subject === '' ? {} : { subject: row.subject }),
  level: row.level,
  state: stateOf(row),
  since: toInstant(row.since),
  text: row.text,
})

function stateOf({ acknowledgedAt, resolvedAt }: StoredAlert): Alert['state'] {
  if (resolvedAt !== null) return 'resolved'
  return acknowledgedAt === null ? 'open' : 'acknowledged'
}

/** Never better than what was derived. */
function together(
  { health, sentence }: Status,
  more: readonly { readonly level: AlertLevel; readonly text: string }[],
): Pick<Status, 'health' | 'sentence'> {
  const [first] = more.toSorted((a, b) => Number(b.level === 'at-risk') - Number(a.level === 'at-risk'))
  if (first === undefined || health === 'working') return { health, sentence }
  if (first.level === 'at-risk') return { health: 'at-risk', sentence: `${sentence} ${first.text}` }
  return health === 'protected'
    ? { health: 'attention', sentence: `${sentence} ${first.text}` }
    : { health, sentence }
}
