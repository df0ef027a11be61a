// Restores the newest backup in the place of the live database, undoes it, and tells on stdout, as JSON, how long both
// took. Started by the benchmark in a process of its own, as one-backup is.
import { Engine } from '../../electron/engine/engine.ts'
import { plainWorld } from './plain-world.ts'

export interface RestoreCost {
  /** From the click until the till trades with the restored data; what follows is the gathering of statistics. */
  readonly wallMs: number
  readonly verdict: string
  readonly downtimeMs: number
  readonly undoMs: number
  /** When each phase began, after the beginning. */
  readonly phases: Readonly<Record<string, number>>
}

async function main(dataFolder: string): Promise<RestoreCost> {
  const engine = await Engine.open(plainWorld(dataFolder))
  const phases: Record<string, number> = {}
  const startedAt = performance.now()
  const since = (): number => performance.now() - startedAt
  const report = ({ phase }: { phase: string }): void => void (phases[phase] ??= since())
  const { id, verdict, downtimeMs } = await engine.restore(
    'latest',
    { into: null, roles: { kind: 'create' } },
    { report },
  )
  const wallMs = phases['finish'] ?? Number.NaN
  const endedMs = since()
  const undone = await engine.undo(id)
  const undoMs = since() - endedMs
  await engine.release(undone.id)
  engine.close()
  return { wallMs, verdict, downtimeMs: downtimeMs ?? Number.NaN, undoMs, phases }
}

const [, , dataFolder] = process.argv
if (dataFolder === undefined) throw new Error('one-restore is started by the benchmark, with a data folder')
console.log(JSON.stringify(await main(dataFolder)))
