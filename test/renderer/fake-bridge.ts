import type { Fault } from '../../electron/shared/fault.ts'
import { faults } from '../../electron/shared/fault-table.ts'
import type { Bridge, Call, EventName, Handlers, Output, Payload, Reply } from '../../electron/shared/ipc.ts'
import * as sample from './sample.ts'

/** A pretend main process behind `window.larder`: what it answers is the scenario, and nothing is on disk. */
interface Scenario {
  readonly setUp: Partial<Output<'setUpState'>>
  readonly today: Output<'today'>
  readonly backups: Output<'listBackups'>
  readonly report: Output<'inspectServer'>
  readonly servers: Output<'findServers'>
  /** Makes these calls fail. */
  readonly faults: Partial<Record<Call, Fault>>
  /** Asked for as soon as the page listens, as after a click on a pop-up. */
  readonly show?: Payload<'show'>
}

const { ago, backup, status, today } = sample

const base: Scenario = {
  setUp: { done: true, recoveryConfirmed: true },
  today: today({}),
  backups: [0, 1, 2, 3, 4, 5, 6, 7].map((index) => backup(index)),
  report: sample.report,
  servers: [
    { host: 'localhost', port: 5432, version: '15.18' },
    { host: '/var/run/postgresql', port: 5433, version: null },
  ],
  faults: {},
}

const nothing = today({
  status: status({ health: 'at-risk', sentence: 'There is no backup yet.', lastIntactAt: null }),
  newest: [],
  backupCount: 0,
  storedBytes: 0,
})

const failing: Scenario = {
  ...base,
  today: today({
    status: status({
      health: 'at-risk',
      sentence: 'You can go back to 03:30 yesterday, and nothing since.',
      alerts: [
        {
          code: 'DB_AUTH',
          state: 'open',
          since: ago(0.3),
          text: 'The till database refused the password.',
        },
        {
          code: 'CLOCK_WRONG',
          state: 'open',
          since: ago(1),
          text: 'The newest backup of “pos” is dated in the future: is the clock right?',
        },
      ],
    }),
    failures: [sample.failedJob],
  }),
  faults: {
    backUpNow: fault('DB_AUTH', sample.failedJob.fault?.text ?? '', sample.failedJob.fault?.next ?? ''),
  },
}

const scenarios = {
  fresh: { ...base, setUp: { done: false }, today: nothing, backups: [] },
  'fresh-trouble': {
    ...base,
    setUp: { done: false },
    today: nothing,
    backups: [],
    report: sample.troubledReport,
    servers: [],
    faults: {
      setUp: fault(
        'DEST_UNAVAILABLE',
        'The backup folder cannot be written, so no backup was made. Backups already there are untouched.',
        'Is the drive connected? Check the folder and its rights: /srv/backups/larder',
      ),
    },
  },
  intact: base,
  protected: {
    ...base,
    today: today({
      status: status({
        health: 'protected',
        sentence: 'You can go back to 15:30 today; proven.',
        nextSlotAt: new Date(Date.now() + 5 * 3_600_000).toISOString(),
      }),
      newest: [0, 1, 2, 3, 4].map((index) => backup(index, { state: index === 0 ? 'proven' : 'copied' })),
    }),
  },
  unconfirmed: {
    ...base,
    setUp: { done: true, recoveryConfirmed: false },
    today: today({
      status: status({
        sentence: 'You can go back to 15:30 today, but nobody has confirmed the recovery key.',
        alerts: [{ code: 'KEY_UNCONFIRMED', state: 'open', since: ago(2), text: 'Nobody holds the key.' }],
      }),
      recoveryConfirmed: false,
    }),
  },
  failing,
  'failing-asked': { ...failing, show: { screen: 'today', jobId: 'j9' } },
  stopped: {
    ...base,
    faults: { backUpNow: fault('CANCELLED', faults.CANCELLED.text, faults.CANCELLED.next) },
  },
  running: {
    ...base,
    today: today({
      status: status({ health: 'working', sentence: 'A backup is being taken now.' }),
      databases: ['pos', 'reservations'],
      running: [
        sample.progress(),
        sample.progress({
          jobId: 'j11',
          database: 'reservations',
          expectedBytes: null,
          expectedMs: null,
          phase: 'inspect',
          bytes: 0,
          storedBytes: 0,
          table: null,
          elapsedMs: 900,
        }),
      ],
      newest: [0, 1, 2, 3].map((index) => backup(index, index % 2 === 0 ? {} : { database: 'reservations' })),
    }),
  },
  empty: { ...base, today: nothing, backups: [] },
  paused: {
    ...base,
    today: today({
      status: status({ health: 'paused', sentence: 'Paused until 07:00 tomorrow.' }),
      freeBytes: null,
    }),
  },
  many: {
    ...base,
    today: today({
      siteName: 'Gasthaus und Biergarten „Zum Goldenen Hirschen am Kaiserplatz“',
      databases: [...new Set(sample.manyBackups.map(({ database }) => database))],
      newest: sample.manyBackups.slice(0, 6),
      backupCount: 130,
      storedBytes: 812_000_000_000,
      freeBytes: 9_400_000_000,
    }),
    backups: [...sample.manyBackups],
  },
  unreachable: {
    ...base,
    faults: {
      setUpState: fault(
        'CATALOGUE_NEWER',
        'The list of backups was written by a newer Larder. This version leaves it alone; your backups are untouched.',
        'Install the newer version again.',
      ),
    },
  },
} satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios

function fault(code: Fault['code'], text: string, next: string): Fault {
  return { code, text, next, detail: `${code}: told by the fake bridge` }
}

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
    changePassword: async () => undefined,
    cancelJob: async () => undefined,
    showInFolder: async () => undefined,
    openLogs: async () => undefined,
  }
}

const details = (scenario: Scenario, id: string): Output<'showBackup'> => ({
  backup: scenario.backups.find((one) => one.id === id) ?? backup(0),
  serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
  toolVersion: 'pg_dump 15.18',
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
      // One handler per call, by construction of the record.
      const value = (await handlers[call](input as never)) as Output<typeof call>
      return { ok: true, value } satisfies Reply<typeof call>
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

// This file is bundled and runs in the page before anything else; the scenario's name is set just before.
const wanted: unknown = Reflect.get(window, 'scenario')
const isScenario = (name: unknown): name is ScenarioName => typeof name === 'string' && name in scenarios
if (isScenario(wanted)) installFakeBridge(wanted)
