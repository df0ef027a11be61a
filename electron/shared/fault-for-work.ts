import type { Fault, FaultCode } from './fault.ts'
import type { Job, JobPhase } from './model.ts'

type Work = Exclude<Job['kind'], 'backup'>

/** What happened, where the usual sentence speaks of a backup. `{work}` is the noun of the work. */
const heads: Partial<Record<FaultCode, string>> = {
  DB_UNREACHABLE: 'The till database did not answer.',
  DB_HOST_UNKNOWN: 'The till computer could not be found on the network.',
  DB_STARTING: 'The till database is still starting.',
  DB_AUTH: 'The till database refused the user name or the password.',
  DB_ACCESS_RULE: 'The till database refuses connections from this computer.',
  DB_TLS: 'The connection to the till database is not as secure as asked for, so it was stopped.',
  DB_TOO_MANY: 'The till database is too busy to let the {work} in.',
  DB_LOCKED: 'The till was busy with maintenance, so the {work} gave way.',
  DB_CONNECTION_LOST: 'The database server stopped during the {work}.',
  TOOL_NOT_FOUND: 'The PostgreSQL programs that the {work} needs were not found on this computer.',
  DUMP_STALLED: 'The {work} got stuck and was stopped.',
  DUMP_TIMEOUT: 'The {work} took too long and was stopped.',
  DUMP_KILLED: 'The computer ended the {work}.',
  DUMP_FAILED: 'The {work} did not work.',
  DISK_FULL: 'There is too little room on the disk for the {work}.',
  DEST_UNAVAILABLE: 'The backup folder cannot be used.',
  INTERRUPTED: 'The computer or Larder was switched off during the {work}.',
}

const nouns: Record<Work, string> = {
  verify: 'check',
  prove: 'proof',
  export: 'export',
  restore: 'restore',
  undo: 'undo',
  release: 'clean-up',
}

/** What became of the data. */
const tails: Record<Work, string> = {
  verify: 'What is known about the backup stays as it was.',
  prove: 'What is known about the backup stays as it was.',
  export: 'There is no whole file of it; your backups are untouched.',
  restore: 'Nothing was restored; the till is exactly as it was.',
  undo: 'Nothing was undone; the till is exactly as the restore left it.',
  release: 'Your backups are untouched.',
}

const maybeSwapped: readonly JobPhase[] = ['swap', 'after', 'finish']
const unsure = 'The databases may have changed places already: look at the till before it is used.'

/**
 * The same fault in the words of the work that met it: nobody who restores wants to read that no backup was made.
 * `phase` is where it stopped, since after the swap of a restore nothing may be promised any more.
 */
export function tellFor(kind: Job['kind'], fault: Fault, phase: JobPhase | null = null): Fault {
  const head = heads[fault.code]
  if (kind === 'backup' || head === undefined) return fault
  const isUnsure = (kind === 'restore' || kind === 'undo') && phase !== null && maybeSwapped.includes(phase)
  const text = `${head.replace('{work}', nouns[kind])} ${isUnsure ? unsure : tails[kind]}`
  return fault.code === 'INTERRUPTED'
    ? { ...fault, text, next: 'Start it again when it suits.' }
    : { ...fault, text }
}
