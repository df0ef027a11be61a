import { shell } from 'electron/common'
import { listRestores } from '../engine/catalogue/restores.ts'
import type { Engine } from '../engine/engine.ts'
import { checkPin, pinState, resetPin, setPin } from '../engine/pin.ts'

import type { Login } from '../engine/restore/restore-jobs.ts'
import { Secret } from '../engine/secret.ts'
import { FaultError } from '../shared/fault.ts'
import type { Handlers, RestoreRequest } from '../shared/ipc.ts'
import { splitCommand } from '../shared/command-line-rules.ts'
import type { AfterCommand } from '../shared/restore-model.ts'
import type { Work } from './work.ts'

export type RestoreCall =
  | 'lookAtRestore'
  | 'restoreBackup'
  | 'undoRestore'
  | 'releaseRestore'
  | 'listRestores'
  | 'openReport'
  | 'pinState'
  | 'setPin'
  | 'resetPin'

const listed = 100

/** Restoring, from the window: looking is free, everything that changes the till needs its name and the PIN. */
export function restoreHandlers(engine: Engine, work: Work): Pick<Handlers, RestoreCall> {
  const { world } = engine
  return {
    lookAtRestore: async ({ id, into = null, roles = { kind: 'create' }, login = null }) =>
      engine.lookAtRestore(id, { into, roles, login: loginOf(login) }),
    async restoreBackup({ id, into, typedName, pin, roles, after, login }) {
      requireName(typedName, into ?? engine.find(id).database)
      await checkPin(world, pin)
      return work.restore(id, { into, roles, after: commandOf(after), login: loginOf(login) })
    },
    async undoRestore({ id, pin, login = null }) {
      await checkPin(world, pin)
      return work.undo(id, loginOf(login))
    },
    async releaseRestore({ id, typedName, pin, login = null }) {
      requireName(typedName, engine.findRestore(id).result?.keptAs ?? '')
      await checkPin(world, pin)
      await work.release(id, loginOf(login))
    },
    listRestores: async () => listRestores(engine.site.catalogue, listed),
    async openReport({ id }) {
      const { report } = engine.findRestore(id)
      if (report !== null) await shell.openPath(report)
    },
    pinState: async () => pinState(world),
    setPin: async ({ pin, oldPin }) => setPin(world, { pin, oldPin }),
    resetPin: async ({ pin, recoveryKey }) => resetPin(world, engine.site.settings, { pin, recoveryKey }),
  }
}

function requireName(typed: string, database: string): void {
  if (typed !== database) throw new FaultError('CONFIRM_MISMATCH', { values: { database } })
}

const loginOf = (login: RestoreRequest['login']): Login | null =>
  login && { user: login.user, password: new Secret(login.password) }

function commandOf(line: string | null): AfterCommand | null {
  if (line === null) return null
  const argv = splitCommand(line)
  if (argv !== null) return { argv: [...argv] }
  const problem = 'The program to run afterwards cannot be read: a quote in it is not closed.'
  throw new FaultError('USAGE', { values: { problem } })
}
