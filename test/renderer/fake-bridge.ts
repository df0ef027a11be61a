import { toFault } from '../../electron/shared/fault.ts'
import type { Bridge, EventName, Handlers, Output, Payload, Reply } from '../../electron/shared/ipc.ts'
import { restoreHandlers } from './fake-restores.ts'
import * as sample from './sample.ts'
import { scenarios, type Scenario, type ScenarioName } from './scenarios.ts'

const { ago, backup } = sample

const state = (scenario: Scenario): Output<'setUpState'> => ({
  done: false,
  siteName: null,
  folder: null,
  encrypted: true,
  recoveryConfirmed: false,
  proposedFolder: sample.folder,
  ...scenario.setUp,
})

function handlersFor(scenario: Scenario, send: Send): Handlers {
  return {
    setUpState: async () => state(scenario),
    findServers: async () => scenario.servers,
    readConnectionText: async () => ({
      server: { host: 'db.example.net', port: 6432, user: 'larder', database: 'pos', tls: 'verify-full' },
      hasPassword: true,
    }),
    inspectServer: async () => scenario.report,
    chooseFolder: async () => '/media/usb/backups',
    setUp: async () => state(scenario),
    saveRecoveryKey: async () => ({ file: '/media/usb/Larder recovery key, Trattoria Lucia.txt' }),
    confirmRecoveryKey: async () => ({ ...state(scenario), recoveryConfirmed: true }),
    today: async () => scenario.today,
    listBackups: async ({ database, before, limit }) =>
      scenario.backups
        .filter(
          (one) =>
            (database === undefined || one.database === database) &&
            (before === undefined || one.takenAt < before.takenAt),
        )
        .slice(0, limit),
    showBackup: async ({ id }) => details(scenario, id),
    backUpNow: async () => pretendBackup(scenario, send),
    verifyBackup: async ({ id }) => ({ id, verdict: 'intact', differences: [], durationMs: 4200 }),
    proveBackup: async ({ id }) => ({
      id,
      verdict: 'proven',
      differences: [],
      notes: [],
      durationMs: 42_000,
    }),
    ...restoreHandlers(scenario, send),
    changePassword: async () => undefined,
    resumeSchedule: async () => undefined,
    cancelJob: async () => undefined,
    showInFolder: async () => undefined,
    openLogs: async () => undefined,
  }
}

const details = (scenario: Scenario, id: string): Output<'showBackup'> => ({
  backup: scenario.backups.find((one) => one.id === id) ?? backup(0),
  serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
  toolVersion: 'pg_dump 15.18',
  proofMs: 14_200,
  fingerprint: sample.fingerprint,
  jobs: [
    {
      ...sample.failedJob,
      id: 'v2',
      kind: 'verify',
      state: 'done',
      startedAt: ago(0.35),
      endedAt: ago(0.34),
      fault: null,
    },
    {
      ...sample.failedJob,
      id: 'v1',
      kind: 'backup',
      state: 'done',
      startedAt: ago(0.4),
      endedAt: ago(0.38),
      fault: null,
    },
  ],
})

/** Runs until told otherwise: the look is of a backup in its middle. */
async function pretendBackup(scenario: Scenario, send: Send): Promise<Output<'backUpNow'>> {
  Object.assign(scenario.today, { running: [sample.progress()] })
  send('changed', undefined)
  await new Promise((resolve) => {
    Object.assign(window, { endPretendBackup: resolve })
  })
  Object.assign(scenario.today, { running: [] })
  send('changed', undefined)
  return [backup(0), backup(1, { database: 'reservations', bytes: 4_100_000 })]
}

type Send = <E extends EventName>(name: E, payload: Payload<E>) => void

/** Puts the pretend bridge where the preload script would. `window.sendEvent` plays the engine's events. */
function installFakeBridge(name: ScenarioName): void {
  const scenario: Scenario = scenarios[name]
  const listeners: [EventName, (payload: never) => void][] = []
  const send: Send = (event, payload) => {
    // The list keeps every listener beside the name it was given for.
    for (const [of, listener] of listeners) if (of === event) listener(payload as never)
  }
  const handlers = handlersFor(scenario, send)
  const larder: Bridge = {
    async call(call, input) {
      const trouble = scenario.faults[call]
      if (trouble !== undefined) return { ok: false, fault: trouble }
      try {
        // One handler per call, by construction of the record.
        const value = (await handlers[call](input as never)) as Output<typeof call>
        return { ok: true, value } satisfies Reply<typeof call>
      } catch (error) {
        return { ok: false, fault: toFault(error) }
      }
    },
    on(event, listener) {
      const entry: (typeof listeners)[number] = [event, listener]
      listeners.push(entry)
      if (event === 'show' && scenario.show !== undefined) send('show', scenario.show)
      return () => void listeners.splice(listeners.indexOf(entry), 1)
    },
  }
  Object.assign(window, { larder, sendEvent: send })
}

// This file is bundled and runs in the page before anything else; the address names the scenario.
const wanted = new URLSearchParams(location.search).get('scenario')
const isScenario = (name: string | null): name is ScenarioName => name !== null && name in scenarios
if (isScenario(wanted)) installFakeBridge(wanted)
