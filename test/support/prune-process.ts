// A whole Larder in a process of its own that carries retention out once, for tests that kill it on the way.
import { writeSync } from 'node:fs'
import { Engine } from '../../electron/engine/engine.ts'
import { makeWorld } from './test-site.ts'

const [dataFolder = ''] = process.argv.slice(2)
const engine = await Engine.open(makeWorld(dataFolder, []))
const { deleted, left } = await engine.prune()
writeSync(1, JSON.stringify({ deleted, left: left.map(({ id, fault }) => ({ id, code: fault.code })) }))
engine.close()
