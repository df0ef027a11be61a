import { Engine } from '../engine/engine.ts'
import { FaultError } from '../shared/fault.ts'
import { realWorld } from '../real-world.ts'
import type { Context } from './verb.ts'

/** Opens the engine for one verb and closes it whatever happens. */
export async function withEngine<T>(
  { dataFolder }: Context,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await Engine.open(realWorld(dataFolder))
  try {
    return await work(engine)
  } finally {
    engine.close()
  }
}

/** The same for verbs that need a site that is set up. Throws NOT_SET_UP and names the folder that was looked in. */
export async function withSite<T>(context: Context, work: (engine: Engine) => Promise<T>): Promise<T> {
  return withEngine(context, async (engine) => {
    if (engine.isSetUp) return work(engine)
    throw new FaultError('NOT_SET_UP', { detail: `There are no settings in ${context.dataFolder}` })
  })
}
