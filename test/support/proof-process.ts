// A whole Larder in a process of its own that proves the newest backup of a data folder, for tests that kill it or hide
// programs from it. It says on stdout which phase it has come to, then what came of it as JSON; SIGTERM cancels.
import { writeSync } from 'node:fs'
import { Engine } from '../../electron/engine/engine.ts'
import { CancelledError, toFault } from '../../electron/shared/fault.ts'
import { makeWorld } from './test-site.ts'

const [dataFolder = ''] = process.argv.slice(2)
// Written at once, because the process may be killed at the next instruction.
const say = (text: string): void => void writeSync(1, `${text}\n`)
const cancelling = new AbortController()
process.on('SIGTERM', () => cancelling.abort())

const engine = await Engine.open(makeWorld(dataFolder, []))
try {
  const report = ({ phase }: { phase: string }): void => say(phase)
  say(JSON.stringify(await engine.prove('latest', { report, signal: cancelling.signal })))
} catch (error) {
  say(JSON.stringify(error instanceof CancelledError ? { cancelled: true } : { fault: toFault(error) }))
}
engine.close()
