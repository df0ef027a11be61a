import { FaultError } from '../../electron/shared/fault.ts'
import type { EventName, Handlers, Payload } from '../../electron/shared/ipc.ts'
import * as sample from './sample.ts'
import { restore, result } from './sample-restore.ts'
import type { Scenario } from './scenarios.ts'

type Send = <E extends EventName>(name: E, payload: Payload<E>) => void
type RestoreCall =
  | 'lookAtRestore'
  | 'restoreBackup'
  | 'undoRestore'
  | 'releaseRestore'
  | 'listRestores'
  | 'openReport'
  | 'pinState'
  | 'setPin'
  | 'resetPin'

const waitMs = 30_000
const rights = { user: 'larder', missing: 'it does not own the database' }

/** Restores that change nothing but what the pretend engine says afterwards. */
export function restoreHandlers(scenario: Scenario, send: Send): Pick<Handlers, RestoreCall> {
  let pin = { ...scenario.pin }
  let right = scenario.rightPin
  const admit = (typed: string): void => {
    if (right === '' || typed === right) return
    pin = { ...pin, waitMs }
    throw new FaultError('PIN_WRONG', { values: { wait: '30 sec' } })
  }
  const without = (id: string): void => {
    Object.assign(scenario.today, { kept: scenario.today.kept.filter((one) => one.id !== id) })
    send('changed', undefined)
  }
  const take = (newPin: string) => {
    right = newPin
    pin = { isSet: true, waitMs: 0 }
    return pin
  }
  return {
    lookAtRestore: async ({ login }) =>
      login === undefined ? scenario.look : { ...scenario.look, problems: [] },
    restoreBackup: async ({ pin: typed, id, into }) => {
      admit(typed)
      const backup = scenario.backups.find((one) => one.id === id) ?? sample.backup(0)
      await pretendRestore(scenario, send, into ?? backup.database)
      return into === null
        ? { ...scenario.result, database: backup.database }
        : result({ kind: 'into', database: into, keptAs: null, keptUntil: null, downtimeMs: null })
    },
    undoRestore: async ({ id, pin: typed, login }) => {
      admit(typed)
      if (scenario.undoNeedsRights && login === undefined)
        throw new FaultError('RESTORE_RIGHTS', { values: rights })
      const { database } = scenario.today.kept.find((one) => one.id === id) ?? restore()
      without(id)
      return result({ id: 'u1', kind: 'undo', database, durationMs: 900, report: null })
    },
    releaseRestore: async ({ id, pin: typed }) => {
      admit(typed)
      without(id)
    },
    listRestores: async () => scenario.restores,
    openReport: async () => undefined,
    pinState: async () => pin,
    setPin: async ({ pin: typed }) => {
      if (/^(.)\1*$/.test(typed)) throw new FaultError('PIN_WEAK')
      return take(typed)
    },
    resetPin: async ({ pin: typed }) => take(typed),
  }
}

/** Runs until told otherwise: the look is of a restore in its middle. */
async function pretendRestore(scenario: Scenario, send: Send, database: string): Promise<void> {
  const say = (part: Parameters<typeof sample.progress>[0]): void => {
    const job = sample.progress({ jobId: 'r1', kind: 'restore', database, phase: 'restore', ...part })
    Object.assign(scenario.today, { running: [job] })
    send('changed', undefined)
    send('progress', job)
  }
  say({})
  await new Promise((resolve) => {
    Object.assign(window, { endPretendRestore: resolve, pretendPhase: say })
  })
  Object.assign(scenario.today, { running: [] })
  send('changed', undefined)
}
