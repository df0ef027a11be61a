import { CancelledError, FaultError } from '../../shared/fault.ts'
import { formatBytes } from '../../shared/format.ts'
import type { Site } from '../site.ts'
import { reserveBytes } from './backup-rules.ts'

const lookEveryMs = 2000

/**
 * Does work while it watches the disk: the moment the reserve is touched, the work is cancelled and DISK_FULL is
 * thrown, so that the till on the same disk can go on (INV-9).
 */
export async function keepingReserve<T>(
  { world, settings }: Site,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const full = new AbortController()
  const look = async (): Promise<void> => {
    const { freeBytes, totalBytes } = await world.space(settings.folder)
    if (freeBytes >= reserveBytes(totalBytes)) return
    const values = { free: formatBytes(freeBytes, 'en'), need: formatBytes(reserveBytes(totalBytes), 'en') }
    full.abort(new FaultError('DISK_FULL', { values }))
  }
  // A folder that cannot be asked will fail the write itself, with a better fault than this one could give.
  const timer = setInterval(() => void look().catch(() => undefined), lookEveryMs)
  try {
    return await work(AbortSignal.any([signal, full.signal]))
  } catch (error) {
    if (error instanceof CancelledError && full.signal.aborted) throw full.signal.reason
    throw error
  } finally {
    clearInterval(timer)
  }
}
