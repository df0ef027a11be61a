// A process of its own that tries one PIN several times, for tests that run many of it or kill it. It says on stdout,
// a word per line, how each try ended.
import { writeSync } from 'node:fs'
import { checkPin } from '../../electron/engine/pin.ts'
import { toFault } from '../../electron/shared/fault.ts'
import { makeWorld } from './test-site.ts'

const [dataFolder = '', pin = '', tries = '1'] = process.argv.slice(2)
const world = makeWorld(dataFolder, [])
for (let at = 0; at < Number(tries); at += 1) {
  const end = await checkPin(world, pin).then(
    () => 'RIGHT',
    (error: unknown) => toFault(error).code,
  )
  writeSync(1, `${end}\n`)
}
