import type { Fault } from '../../electron/shared/fault.ts'
import { faults } from '../../electron/shared/fault-table.ts'
import type { Call, Output, Payload } from '../../electron/shared/ipc.ts'
import * as sample from './sample.ts'
import * as restores from './sample-restore.ts'

/** What a pretend main process answers. */
export interface Scenario {
  readonly setUp: Partial<Output<'setUpState'>>
  readonly today: Output<'today'>
  readonly backups: Output<'listBackups'>
  readonly report: Output<'inspectServer'>
  readonly servers: Output<'findServers'>
  readonly look: Output<'lookAtRestore'>
  readonly pin: Output<'pinState'>
  /** An undo by the usual login is refused. */
  readonly undoNeedsRights: boolean
  /** The PIN that is right; empty: any. */
  readonly rightPin: string
  readonly result: Output<'restoreBackup'>
  readonly restores: Output<'listRestores'>
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
  look: restores.look(),
  pin: { isSet: true, waitMs: 0 },
  rightPin: '',
  undoNeedsRights: false,
  result: restores.result(),
  restores: [],
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

export const scenarios = {
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
        sentence: 'You can go back to 15:30 today; that of 03:30 today is proven.',
        nextSlotAt: ago(-5.6),
      }),
      newest: [0, 1, 2, 3, 4].map((index) => backup(index, { state: index === 2 ? 'proven' : 'intact' })),
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
  'restore-quiet': {
    ...base,
    look: restores.quietLook,
    pin: { isSet: false, waitMs: 0 },
    backups: [
      backup(0, { state: 'proven' }),
      backup(1, { state: 'corrupt' }),
      backup(2, { state: 'missing' }),
    ],
  },
  'restore-gone': { ...base, look: restores.goneLook },
  'restore-stopped': { ...base, look: restores.stoppedLook },
  'restore-many': {
    ...base,
    look: restores.manyLook,
    result: restores.differentResult,
    backups: [
      backup(0, { database: 'Kasse "Süd" der Gaststättenbetriebsgesellschaft (alt)', state: 'taken' }),
    ],
  },
  'restore-failed': { ...base, result: restores.failedResult },
  'restore-fault': {
    ...base,
    faults: {
      restoreBackup: fault('RESTORE_FAILED', faults.RESTORE_FAILED.text, faults.RESTORE_FAILED.next),
    },
  },
  'restore-unforeseen': {
    ...base,
    faults: { restoreBackup: fault('INTERNAL', faults.INTERNAL.text, faults.INTERNAL.next) },
  },
  'restore-pin': { ...base, rightPin: 'wild garlic 7' },
  kept: {
    ...base,
    today: today({ kept: [restores.restore()] }),
    rightPin: 'wild garlic 7',
    restores: [restores.restore()],
  },
  'kept-rights': { ...base, today: today({ kept: [restores.restore()] }), undoNeedsRights: true },
  'kept-several': {
    ...base,
    today: today({ kept: [...restores.severalKept] }),
    restores: [...restores.pastRestores],
  },
} satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios

export function fault(code: Fault['code'], text: string, next: string): Fault {
  return { code, text, next, detail: `${code}: told by the fake bridge` }
}
