import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog } from 'electron/main'
import { shell } from 'electron/common'
import { listBackups, manifest } from '../engine/catalogue/backups.ts'
import { lastProofMs } from '../engine/catalogue/checks.ts'
import { recentJobs } from '../engine/catalogue/job-history.ts'
import type { Engine } from '../engine/engine.ts'
import { lookAtServer, toReport } from '../engine/look-at-server.ts'
import { readConnectionText } from '../engine/postgres/connection-text.ts'
import { findServers } from '../engine/postgres/find-servers.ts'
import { resume } from '../engine/schedule/pause.ts'
import { Secret } from '../engine/secret.ts'
import type { Handlers, SetUpState } from '../shared/ipc.ts'
import { desktopTexts } from '../shared/texts-desktop.ts'
import { makeRecoveryKeyDesk } from './recovery-key.ts'
import { restoreHandlers, type RestoreCall } from './restore-handlers.ts'
import { readToday } from './today.ts'
import type { Work } from './work.ts'

/** What the window may ask for, and who answers. The window passes ids; paths and SQL are found here (INV-27). */
export const makeHandlers = (engine: Engine, work: Work, changed: () => void): Handlers => ({
  ...firstRun(engine, changed),
  ...everyDay(engine, work, changed),
  ...restoreHandlers(engine, work),
})

type FirstRunCall =
  | 'setUpState'
  | 'findServers'
  | 'readConnectionText'
  | 'inspectServer'
  | 'chooseFolder'
  | 'setUp'
  | 'saveRecoveryKey'
  | 'confirmRecoveryKey'

function firstRun(engine: Engine, changed: () => void): Pick<Handlers, FirstRunCall> {
  const desk = makeRecoveryKeyDesk(engine)
  // A pasted password stays here; the window only knows that there is one.
  let pasted = ''
  const passwordOr = (typed: string): string => (typed === '' ? pasted : typed)

  return {
    setUpState: async () => setUpState(engine),
    findServers: async () => [...(await findServers())],
    async readConnectionText({ text }) {
      const { server, password } = readConnectionText(text)
      pasted = password?.reveal() ?? ''
      return { server, hasPassword: password !== undefined }
    },
    inspectServer: async ({ server, password }) =>
      toReport(await lookAtServer(server, new Secret(passwordOr(password)), 'all')),
    async chooseFolder() {
      const properties = ['openDirectory', 'createDirectory'] as const
      const chosen = await dialog.showOpenDialog({
        title: desktopTexts.chooseFolderTitle,
        properties: [...properties],
      })
      return chosen.canceled ? null : (chosen.filePaths[0] ?? null)
    },
    async setUp(request) {
      const { recovery } = await engine.setUp({ ...request, password: passwordOr(request.password) })
      desk.take(recovery)
      pasted = ''
      changed()
      return setUpState(engine)
    },
    saveRecoveryKey: async () => desk.save(),
    async confirmRecoveryKey({ ending }) {
      await engine.confirmRecoveryKey(ending)
      desk.forget()
      changed()
      return setUpState(engine)
    },
  }
}

function everyDay(
  engine: Engine,
  work: Work,
  changed: () => void,
): Omit<Handlers, FirstRunCall | RestoreCall> {
  return {
    today: async () => readToday(engine, work),
    listBackups: async (page) => listBackups(engine.site.catalogue, page),
    async showBackup({ id }) {
      const backup = engine.find(id)
      const known = manifest(engine.site.catalogue, id)
      return {
        backup,
        serverVersion: backup.serverVersion,
        toolVersion: known?.tool.version ?? '',
        proofMs: lastProofMs(engine.site.catalogue, id),
        fingerprint: known?.fingerprint ?? null,
        jobs: [...recentJobs(engine.site.catalogue, { limit: 20, backupId: id })],
      }
    },
    backUpNow: async () => work.backUpAll(),
    verifyBackup: async ({ id }) => work.verify(id),
    proveBackup: async ({ id }) => work.prove(id),
    changePassword: async ({ password }) => engine.changePassword(new Secret(password)),
    async resumeSchedule() {
      resume(engine.site)
      changed()
    },
    cancelJob: async ({ id }) => work.cancel(id),
    showInFolder: async ({ id }) => shell.showItemInFolder(engine.find(id).file),
    openLogs: async () => void (await shell.openPath(join(engine.world.dataFolder, 'logs'))),
  }
}

function setUpState(engine: Engine): SetUpState {
  const proposedFolder = join(app.getPath('documents') || homedir(), 'Larder backups')
  if (!engine.isSetUp)
    return {
      done: false,
      siteName: null,
      folder: null,
      encrypted: true,
      recoveryConfirmed: false,
      proposedFolder,
    }
  const { site, folder, keys } = engine.site.settings
  return {
    done: true,
    siteName: site.name,
    folder,
    encrypted: keys.recoveryRecipient !== null,
    recoveryConfirmed: keys.recoveryConfirmedAt !== null,
    proposedFolder,
  }
}
