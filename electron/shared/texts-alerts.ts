import type { Channel } from './alert-model.ts'
import { faults } from './fault-table.ts'

/** What the technician does next about a condition that is no fault of one run. */
const nextSteps: Readonly<Record<string, string>> = {
  NO_BACKUP: 'Open Larder and choose “Back up now”.',
  NO_DATABASE: 'Open Larder and look whether the till database answers.',
  BACKUP_STALE: 'Open Larder: Activity says why there was no backup. Then choose “Back up now”.',
  BACKUP_LATE: 'If it stays like this, open Larder and choose “Back up now”.',
  BACKUP_CORRUPT: 'Take a backup now. Then look at the disk: a backup that went bad is often its first sign.',
  CLOCK_WRONG: 'Set the clock and the time zone of this PC, and let it follow an internet time server.',
  NOT_PROVEN: 'Open Larder, choose the newest backup and “Prove”.',
  KEY_UNCONFIRMED: 'Find the recovery sheet and enter the last 8 characters of its key in Settings, Keys.',
  KEPT_EXPIRING: 'If the restore was a mistake, undo it now; otherwise nothing needs to be done.',
  SIZE_UNUSUAL:
    'Was much deleted or imported on the till? If not, compare the tables of the last two backups.',
  ROWS_UNUSUAL:
    'Was that meant? If not, the rows are still in the earlier backups: restore one beside to look.',
  DATABASE_DIFFERENT:
    'Was the till moved or set up anew? If not, check the server and the database in Settings.',
  PROOF_DIFFERENT:
    'Do not rely on that backup. Take another one and prove it; if that differs too, check the till.',
  DISK_FILLING: 'Make room on that disk, keep fewer backups, or choose a larger disk for them.',
  TOOLS_GONE: faults.TOOL_NOT_FOUND.next,
  TOOLS_UNSAFE: 'Update the PostgreSQL client tools of this PC.',
  SECRETS_BY_FILE: 'Log in at the desktop with a keyring and enter the password again to have it sealed.',
  SCHEDULER_SILENT: 'Start Larder on that PC, and let it start with the computer.',
  NOTIFY_FAILED: 'Open Settings, Alerts, and send a test; or run: larder alerts test.',
}

export const channelNames: Readonly<Record<Channel, string>> = {
  email: 'E-mail',
  webhook: 'Webhook',
  heartbeat: 'Heartbeat ping',
}

/** What to do about an alert, in one sentence. */
export const nextStep = (code: string): string => {
  const fault = Object.entries(faults).find(([known]) => known === code)?.[1]
  // A fault's own next step may want values that are not at hand here.
  const next = nextSteps[code] ?? fault?.next
  return next === undefined || next.includes('{') ? 'Open Larder on that PC to see more.' : next
}

export const alertTexts = {
  subject: (site: string, count: number, first: string) =>
    count === 1 ? `${site}: ${first}` : `${site}: ${first} (and ${count - 1} more)`,
  solvedSubject: (site: string) => `${site}: solved`,
  testSubject: (site: string) => `${site}: this is a test`,
  test: 'This is a test. When something is wrong with your backups, you hear of it here.',
  solved: 'Solved',
  next: 'What to do',
  since: 'Since',
  closing:
    'Sent by Larder on the back-office PC. To hear of one of these less often: larder alerts ack <id>.',
  sizeUnusual: (name: string, now: string, usual: string) =>
    `The newest backup of “${name}” is ${now}, where ${usual} is usual.`,
  tableGone: (name: string, table: string) =>
    `The newest backup of “${name}” does not hold the table ${table} any more.`,
  rowsFell: (name: string, table: string, rows: number, usual: number) =>
    `In the newest backup of “${name}” the table ${table} has ${rows} rows, where ${usual} or more are usual.`,
  andMore: (count: number) => (count === 0 ? '' : ` ${count} more tables look unusual, too.`),
  otherServer: (name: string) =>
    `The newest backup of “${name}” comes from another PostgreSQL server than the one before.`,
  otherTables: (name: string) =>
    `The newest backup of “${name}” holds other tables than the one before: is it the same database?`,
  proofDifferent: (name: string) =>
    `A backup of “${name}” was restored for a test and did not hold what the till held. Earlier proven backups are untouched.`,
  diskFull: (day: string) => `At this pace the backup disk is full around ${day}.`,
  diskTight: (free: string) => `The backup disk has ${free} left, room for a few backups only.`,
  toolsUnsafe: (version: string) => `The PostgreSQL tools ${version} of this PC have a known security hole.`,
  secretsByFile: 'The saved passwords are kept by file rights alone, because no keyring of this PC answered.',
  clockBack: 'The clock of this PC went back. Until it has been right for a while nothing is deleted.',
  clockEarly: 'The clock of this PC shows a time before Larder was made.',
  silent: (when: string) => `Larder has not looked at the schedule since ${when}, so no backup is taken.`,
  notifyFailed: (channel: string, problem: string) => `${channel} does not arrive: ${problem}`,
} as const
