import { FaultError } from '../../shared/fault.ts'
import { faults } from '../../shared/fault-table.ts'
import { liveAlerts, type StoredAlert } from '../catalogue/alerts.ts'
import { noteTold, toldOf } from '../catalogue/channels.ts'
import type { Site } from '../site.ts'
import { isDue } from './tell-rules.ts'

const channel = 'desktop'

/**
 * The alerts that are due on the desktop now, marked as told there: of several that ask, one gets each. What a failed
 * job tells by itself is left out. Empty while nothing can be written.
 */
export function takeForDesktop({ catalogue, world }: Site): readonly StoredAlert[] {
  const due = (): readonly StoredAlert[] => {
    const live = liveAlerts(catalogue).filter(({ code }) => !(code in faults) && code !== 'PROOF_FAILED')
    const told = toldOf(
      catalogue,
      channel,
      live.map(({ id }) => id),
    )
    return live.filter((one) => isDue(one, told.get(one.id), world.now()))
  }
  if (due().length === 0) return []
  try {
    return catalogue.write(() => {
      const taken = due()
      for (const { id } of taken) noteTold(catalogue, channel, id, world.now())
      return taken
    })
  } catch (error) {
    if (error instanceof FaultError) return []
    throw error
  }
}
