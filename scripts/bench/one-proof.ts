// Proves the newest backup through the engine and tells on stdout, as JSON, how long it took. Started by the benchmark
// in a process of its own, as one-backup is.
import { Engine } from '../../electron/engine/engine.ts'
import { plainWorld } from './plain-world.ts'

export interface ProofCost {
  readonly wallMs: number
  readonly verdict: string
  /** When each phase began, after the beginning. */
  readonly phases: Readonly<Record<string, number>>
}

async function main(dataFolder: string): Promise<ProofCost> {
  const engine = await Engine.open(plainWorld(dataFolder))
  const phases: Record<string, number> = {}
  const startedAt = performance.now()
  const since = (): number => performance.now() - startedAt
  const report = ({ phase }: { phase: string }): void => void (phases[phase] ??= since())
  const { verdict } = await engine.prove('latest', { report })
  const wallMs = since()
  engine.close()
  return { wallMs, verdict, phases }
}

const [, , dataFolder] = process.argv
if (dataFolder === undefined) throw new Error('one-proof is started by the benchmark, with a data folder')
console.log(JSON.stringify(await main(dataFolder)))
