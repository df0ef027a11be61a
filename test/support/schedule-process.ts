// A whole Larder in a process of its own that does what is due, as a task of the operating system would start it, and
// says on stdout what it did. Its clock is ahead by as much as it is told.
import { writeSync } from 'node:fs'
import { Engine } from '../../electron/engine/engine.ts'
import { runOnce } from '../../electron/engine/schedule/scheduler.ts'
import { makeWorld } from './test-site.ts'

const [dataFolder = '', aheadMs = '0'] = process.argv.slice(2)
const now = (): number => Date.now() + Number(aheadMs)
const engine = await Engine.open(makeWorld(dataFolder, [], { now }))
process.once('message', () => void go())
process.send?.('ready')

async function go(): Promise<void> {
  const runs = await runOnce(engine, {
    during: (work) =>
      work({ signal: new AbortController().signal, report: ({ phase }) => void writeSync(1, `${phase}\n`) }),
  })
  engine.close()
  process.send?.({ runs: runs.map(({ task, outcome }) => `${task} ${outcome}`) })
  process.disconnect?.()
}
