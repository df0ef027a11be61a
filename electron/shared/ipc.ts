import * as z from 'zod'
import type { Fault } from './fault.ts'
import {
  Backup,
  CheckResult,
  Fingerprint,
  Job,
  PlanKind,
  Progress,
  ProofResult,
  Server,
  Status,
} from './model.ts'
import { Restore, RestoreLook, RestoreResult, RoleChoice } from './restore-model.ts'

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output })
const Id = z.strictObject({ id: z.string().min(1).max(200) })
const Password = z.string().max(1000)

/** A PostgreSQL found on this computer by looking at the usual places. */
export const FoundServer = z.strictObject({ host: z.string(), port: z.int(), version: z.string().nullable() })
export type FoundServer = z.output<typeof FoundServer>

/** What a login showed: which databases there are, and what would keep a backup of each from being whole. */
export const ServerReport = z.strictObject({
  version: z.string(),
  databases: z.array(
    z.strictObject({ name: z.string(), bytes: z.int().nullable(), tables: z.int().nullable() }),
  ),
  /** Sentences; empty when nothing stands in the way. */
  problems: z.array(z.strictObject({ database: z.string().nullable(), text: z.string(), next: z.string() })),
  /** Sentences that do not stop anything, such as a client version with known holes. */
  warnings: z.array(z.string()),
})
export type ServerReport = z.output<typeof ServerReport>

export const SetUpRequest = z.strictObject({
  siteName: z.string().trim().min(1).max(100),
  server: Server,
  password: Password,
  plan: PlanKind,
  databases: z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]),
  folder: z.string().min(1).max(4096),
  encrypt: z.boolean(),
})
export type SetUpRequest = z.output<typeof SetUpRequest>

/** How far the first run got, so that the window opens at the right step. */
export const SetUpState = z.strictObject({
  done: z.boolean(),
  siteName: z.string().nullable(),
  folder: z.string().nullable(),
  encrypted: z.boolean(),
  recoveryConfirmed: z.boolean(),
  /** Where backups would go if nothing else is chosen. */
  proposedFolder: z.string(),
})
export type SetUpState = z.output<typeof SetUpState>

/** Everything *Today* shows, in one answer. */
export const Today = z.strictObject({
  status: Status,
  siteName: z.string(),
  databases: z.array(z.string()),
  folder: z.string(),
  /** Free bytes where the backups are; null when the folder cannot be asked. */
  freeBytes: z.int().nonnegative().nullable(),
  storedBytes: z.int().nonnegative(),
  backupCount: z.int().nonnegative(),
  newest: z.array(Backup),
  running: z.array(Progress),
  /** The newest ended run of each database that did not end well, and is not yet made good. */
  failures: z.array(Job),
  /** Restores that can be undone, newest first. */
  kept: z.array(Restore),
  recoveryConfirmed: z.boolean(),
  encrypted: z.boolean(),
})
export type Today = z.output<typeof Today>

export const BackupDetails = z.strictObject({
  backup: Backup,
  serverVersion: z.string(),
  toolVersion: z.string(),
  /** How long its last proof took, which is how long restoring it takes, ms; null when there was none. */
  proofMs: z.int().nonnegative().nullable(),
  /** Null when the manifest beside the backup is gone. */
  fingerprint: Fingerprint.nullable(),
  jobs: z.array(Job),
})
export type BackupDetails = z.output<typeof BackupDetails>

/** The technician PIN, as typed. */
const Pin = z.string().max(200)
export const PinState = z.strictObject({
  isSet: z.boolean(),
  /** Nothing is tried before this has passed; 0: at once. */
  waitMs: z.int().nonnegative(),
})
export type PinState = z.output<typeof PinState>

const RestoreLogin = z.strictObject({ user: z.string().min(1).max(63), password: Password })
export const RestoreRequest = z.strictObject({
  id: z.string().min(1).max(200),
  /** Null: in the place of the database it was taken of. Otherwise a new database of this name. */
  into: z.string().min(1).max(63).nullable(),
  /** The name of the database that is replaced or made, typed by hand. */
  typedName: z.string().max(200),
  pin: Pin,
  roles: RoleChoice,
  /** One line; Larder splits it into program and arguments, and no shell sees it. */
  after: z.string().max(4096).nullable(),
  /** A login with more rights than the one of backups, used for this restore and not kept. */
  login: RestoreLogin.nullable(),
})
export type RestoreRequest = z.output<typeof RestoreRequest>

const LookRequest = Id.extend({
  /** As in the request that follows: problems differ when the till's database stays where it is. */
  into: z.string().min(1).max(63).optional(),
  /** Unsaid: missing roles are made. */
  roles: RoleChoice.optional(),
  /** So that a login with too few rights can be followed by a better one. */
  login: RestoreLogin.optional(),
})

/** What the window may ask. Anything else is refused at the door. */
export const calls = {
  setUpState: call(z.void(), SetUpState),
  findServers: call(z.void(), z.array(FoundServer)),
  /** Understands what a technician pastes: a URL or libpq's key=value line. The password in it stays in main. */
  readConnectionText: call(
    z.strictObject({ text: z.string().max(8192) }),
    z.strictObject({ server: Server, hasPassword: z.boolean() }),
  ),
  inspectServer: call(z.strictObject({ server: Server, password: Password }), ServerReport),
  /** Opens the system's folder dialog; null when it was closed. */
  chooseFolder: call(z.void(), z.string().nullable()),
  setUp: call(SetUpRequest, SetUpState),
  /** Opens a save dialog and writes the recovery key file there. The key never enters the window. */
  saveRecoveryKey: call(z.void(), z.strictObject({ file: z.string() }).nullable()),
  /** The last 8 characters of the recovery key, as proof that somebody holds it. */
  confirmRecoveryKey: call(z.strictObject({ ending: z.string().max(100) }), SetUpState),
  today: call(z.void(), Today),
  listBackups: call(
    z.strictObject({
      database: z.string().optional(),
      before: z.strictObject({ takenAt: z.iso.datetime(), id: z.string() }).optional(),
      limit: z.int().min(1).max(200),
    }),
    z.array(Backup),
  ),
  showBackup: call(Id, BackupDetails),
  /** Starts a backup of every database of the plan; ends when they are done. */
  backUpNow: call(z.void(), z.array(Backup)),
  verifyBackup: call(Id, CheckResult),
  /** Restores it into a PostgreSQL of its own, compares everything, and removes that again. */
  proveBackup: call(Id, ProofResult),
  /** What stands in the way of a restore and what it would cost. Changes nothing. */
  lookAtRestore: call(LookRequest, RestoreLook),
  restoreBackup: call(RestoreRequest, RestoreResult),
  /** Puts back what a restore swapped out. */
  undoRestore: call(Id.extend({ pin: Pin, login: RestoreLogin.optional() }), RestoreResult),
  /** Drops what a restore swapped out; it cannot be undone any more. The name is that of what is dropped. */
  releaseRestore: call(
    Id.extend({ typedName: z.string().max(200), pin: Pin, login: RestoreLogin.optional() }),
    z.void(),
  ),
  listRestores: call(z.void(), z.array(Restore)),
  openReport: call(Id, z.void()),
  pinState: call(z.void(), PinState),
  /** The first PIN needs no old one. */
  setPin: call(z.strictObject({ pin: Pin, oldPin: Pin.nullable() }), PinState),
  /** For a forgotten PIN: whoever holds the recovery key may set another. */
  resetPin: call(z.strictObject({ pin: Pin, recoveryKey: z.string().max(1000) }), PinState),
  /** Kept only after the server has taken it. */
  changePassword: call(z.strictObject({ password: Password }), z.void()),
  /** Ends a pause of the schedule. Pausing is in the menu of the icon. */
  resumeSchedule: call(z.void(), z.void()),
  cancelJob: call(Id, z.void()),
  showInFolder: call(Id, z.void()),
  openLogs: call(z.void(), z.void()),
}

/** What the engine tells the window. `show` asks it to open a place: *Today*, or one job's reason. */
export const events = {
  progress: Progress,
  changed: z.void(),
  show: z.strictObject({ screen: z.enum(['today', 'backups', 'restore']), jobId: z.string().optional() }),
}

export type Call = keyof typeof calls
export type Input<C extends Call> = z.output<(typeof calls)[C]['input']>
export type Output<C extends Call> = z.output<(typeof calls)[C]['output']>
export type Handlers = { readonly [C in Call]: (input: Input<C>) => Promise<Output<C>> }
/** A reply is data: Electron carries only the message of a thrown error. */
export type Reply<C extends Call> =
  | { readonly ok: true; readonly value: Output<C> }
  | { readonly ok: false; readonly fault: Fault }
export type EventName = keyof typeof events
export type Payload<E extends EventName> = z.output<(typeof events)[E]>

/** What the preload script puts on `window.larder`: these two functions and nothing else. */
export interface Bridge {
  call<C extends Call>(name: C, input: Input<C>): Promise<Reply<C>>
  on<E extends EventName>(name: E, listener: (payload: Payload<E>) => void): () => void
}
