// A whole Larder in a process of its own that restores or undoes, and can be told at which statement to be killed.
// It says on stdout, a JSON document per line, how it goes; `killable-restore.ts` starts it.
import { writeSync } from 'node:fs'
import { Client } from 'pg'
import { Engine } from '../../electron/engine/engine.ts'
import type { Limits } from '../../electron/engine/site.ts'
import { CancelledError, toFault } from '../../electron/shared/fault.ts'
import type { Death } from './killable-restore.ts'
import { makeWorld } from './test-site.ts'

const [dataFolder = '', verb = '', id = '', limits = '', told = 'null'] = process.argv.slice(2)
const death = JSON.parse(told) as Death | null // killable-restore.ts wrote it.

// Written at once, because the process may be killed at the next instruction.
const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`)

/** Statements that change something, here or there; everything between two of them can be asked again. */
const step =
  /^\s*(?:CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE|BEGIN|ROLLBACK|RESET search_path; ANALYZE|SELECT pg_terminate_backend)/

function die(): void {
  // The group is the tools that we started; a power cut takes them too, the task manager does not.
  process.kill(death?.alone ? process.pid : -process.pid, 'SIGKILL')
}

let steps = 0
// oxlint-disable-next-line typescript/unbound-method -- it is called with its own client below.
const { query } = Client.prototype
// The driver's many forms of `query` are one here: the engine awaits each of its statements.
Client.prototype.query = function (this: Client, ...args: unknown[]): unknown {
  const isStep = typeof args[0] === 'string' && step.test(args[0])
  if (isStep) say({ step: ++steps, statement: String(args[0]).trim().slice(0, 60) })
  const isLast = isStep && steps === death?.step
  const answer = Reflect.apply(query, this, args) as Promise<unknown>
  // What was asked is on its way when the call returns, and then nobody waits for the answer any more.
  if (isLast && death.when === 'asked') setImmediate(die)
  // Before the engine hears of it, because we were here first.
  if (isLast && death.when === 'answered') answer.then(die, die)
  return answer
} as typeof query

const engine = await Engine.open(makeWorld(dataFolder, []), JSON.parse(limits) as Limits)
say({ phase: 'open' })
let before = ''
const doing = {
  report: ({ phase }: { phase: string }) => {
    if (phase !== before) say({ phase })
    before = phase
  },
}
try {
  const request = { into: null, roles: { kind: 'create' } } as const
  const done = await (verb === 'undo' ? engine.undo(id, doing) : engine.restore(id, request, doing))
  say({ done: done.id, verdict: done.verdict })
} catch (error) {
  say(error instanceof CancelledError ? { cancelled: true } : { fault: toFault(error) })
}
engine.close()
