// A whole Larder in a process of its own, for tests that kill it or run two: opens a data folder, backs up one
// database, and says on stdout, a JSON document per line, how it goes.
import { writeSync } from 'node:fs'
import { Engine } from '../../electron/engine/engine.ts'
import type { Limits } from '../../electron/engine/site.ts'
import { CancelledError, toFault } from '../../electron/shared/fault.ts'
import { makeWorld } from './test-site.ts'

const [dataFolder = '', database = '', limits = ''] = process.argv.slice(2)

// Written at once, because the process may be killed at the next instruction.
const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`)

const engine = await Engine.open(makeWorld(dataFolder, []), JSON.parse(limits) as Limits)
say({ phase: 'open' })
try {
  let before = ''
  const { id } = await engine.backUp(database, {
    report: ({ phase, bytes }) => {
      if (phase !== before) say({ phase, bytes })
      before = phase
    },
  })
  say({ done: id })
} catch (error) {
  say(error instanceof CancelledError ? { cancelled: true } : { fault: toFault(error) })
}
engine.close()
