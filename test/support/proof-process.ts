// A whole Larder in a process of its own that proves the newest backup of a data folder, for tests that kill it. It
// says on stdout which phase it has come to.
import { writeSync } from 'node:fs'
import { Engine } from '../../electron/engine/engine.ts'
import { makeWorld } from './test-site.ts'

const [dataFolder = ''] = process.argv.slice(2)
const engine = await Engine.open(makeWorld(dataFolder, []))
// Written at once, because the process may be killed at the next instruction.
await engine.prove('latest', { report: ({ phase }) => void writeSync(1, `${phase}\n`) })
engine.close()
