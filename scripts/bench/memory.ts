import { figure, watchChildren, type Figure } from './accounting.ts'
import { larderBackup } from './larder-backup.ts'
import type { BackupCost } from './one-backup.ts'
import type { Till } from './tills.ts'

const perTill = 3

/**
 * What a backup takes beside the idle Larder: memory, which must not grow with the database, that of the PostgreSQL
 * tools that run meanwhile, and the event loop's time, on which tray and window wait.
 */
export async function benchMemory(tills: readonly Till[]): Promise<Figure[]> {
  const figures: Figure[] = []
  const extra: number[][] = []
  const delays: number[] = []
  for (const till of tills) {
    const backups: BackupCost[] = []
    const tools: number[] = []
    for (let round = 0; round < perTill; round += 1) {
      const { cost, toolsMb } = await watchedBackup(till)
      backups.push(cost)
      tools.push(toolsMb)
    }
    const size = `${till.megabytes} MB`
    const memory = backups.map(({ peakRssMb, idleRssMb }) => peakRssMb - idleRssMb)
    extra.push(memory)
    figures.push(
      figure(`${size}: extra peak memory (MB)`, memory, 80, 40),
      figure(`${size}: memory of pg_dump or pg_restore (MB)`, tools, null),
    )
    if (till.megabytes >= 50) delays.push(...(await loopDelays(till)))
  }
  return [...figures, ...flatness(extra), figure('event-loop delay p99 over idle (ms)', delays, 5, 3)]
}

async function watchedBackup(till: Till): Promise<{ cost: BackupCost; toolsMb: number }> {
  let tools: ReturnType<typeof watchChildren> | undefined
  const cost = await larderBackup(till, { onStart: (pid) => (tools = watchChildren(pid)) })
  return { cost, toolsMb: tools?.stop() ?? Number.NaN }
}

/** The largest database against the smallest, round by round. */
function flatness(extra: readonly (readonly number[])[]): Figure[] {
  const [smallest, largest] = [extra[0], extra.at(-1)]
  if (smallest === undefined || largest === undefined || extra.length < 2) return []
  const growth = largest.map((megabytes, round) => megabytes - (smallest[round] ?? Number.NaN))
  return [figure('extra peak memory, largest over smallest (MB)', growth, 16, 8)]
}

async function loopDelays(till: Till): Promise<number[]> {
  const delays: number[] = []
  for (let round = 0; round < perTill; round += 1) {
    const { delayMs, idleDelayMs } = await larderBackup(till, { withDelay: true })
    delays.push((delayMs ?? Number.NaN) - (idleDelayMs ?? Number.NaN))
  }
  return delays
}
