import type { FaultEntry } from './fault-entry.ts'

/** What can go wrong while something is put back: codes as in `faults`, of which this is a part. */
export const restoreFaults = {
  RESTORE_BLOCKED: {
    who: 'operator',
    text: 'This backup cannot be restored here: {problem} Nothing was changed; the till is exactly as it was.',
    next: '{next}',
  },
  RESTORE_RIGHTS: {
    who: 'operator',
    text: 'The login “{user}” may not restore: {missing}. Nothing was changed; the till is exactly as it was.',
    next: 'Restore with an administrator’s login (it is not kept), or restore into another database.',
  },
  RESTORE_NAME_TAKEN: {
    who: 'operator',
    text: 'There is a database named “{database}” already. Nothing was changed.',
    next: 'Choose a name that is free.',
  },
  RESTORE_NO_ROOM: {
    who: 'operator',
    text: 'There is too little room for a second copy of the database: {free} free. The till is exactly as it was.',
    next: 'Make room for {need}, or release the database that an earlier restore has kept.',
  },
  RESTORE_BUSY: {
    who: 'retry',
    text: 'The sessions of the till could not be ended, so nothing was swapped. The till is exactly as it was.',
    next: 'Stop the till software and try again; the detail says who was still connected.',
  },
  RESTORE_UNSURE: {
    who: 'operator',
    text: 'The server went away while the databases changed places. “{database}” is whole: either as it was, or as restored.',
    next: 'Start PostgreSQL, then start Larder again: it finds out which, and tells whether it can be undone.',
  },
  RESTORE_FAILED: {
    who: 'operator',
    text: 'The backup could not be restored. The till is exactly as it was.',
    next: 'The detail names what failed. Try an earlier backup, and prove this one.',
  },
  RESTORE_UNKNOWN: {
    who: 'operator',
    text: 'There is no restore “{id}”. Nothing was changed.',
    next: 'See the list of restores for the ids.',
  },
  RESTORE_NOT_KEPT: {
    who: 'operator',
    text: 'That restore cannot be undone any more: what it replaced is no longer kept. Nothing was changed.',
    next: 'Restore the backup that was taken before it: {backup}.',
  },
  CONFIRM_MISMATCH: {
    who: 'operator',
    text: 'The name typed is not “{database}”. Nothing was changed.',
    next: 'Type the name of the database exactly.',
  },
  FOREIGN_UNCONFIRMED: {
    who: 'operator',
    text: 'This file was not made by your Larder, so nothing is known of what it does when it is opened. It was not opened.',
    next: 'Restore it only when you know where it comes from, and say so: --yes.',
  },
  FOREIGN_UNREADABLE: {
    who: 'operator',
    text: 'This file is not a PostgreSQL backup that Larder can read: {problem}. Nothing was changed.',
    next: 'Readable are the formats of pg_dump (custom, directory, tar, plain SQL), also packed with gzip.',
  },
  TOOL_UNSAFE: {
    who: 'operator',
    text: 'The PostgreSQL tools here ({tool}) have a known hole that a doctored file could use. The file was not opened.',
    next: 'Update the PostgreSQL client tools to {safe} or newer, then try again.',
  },
  PROOF_RIGHTS: {
    who: 'operator',
    text: 'This backup could not be proven here: there are no PostgreSQL server programs on this computer, and on the till the login “{user}” may not do all that a trial restore needs: {missing}. The backup itself is untouched.',
    next: 'Install the PostgreSQL server of the till’s version here (it need not run), or give the login that right.',
  },
  PIN_WRONG: {
    who: 'operator',
    text: 'That is not the technician PIN. Nothing was changed.',
    next: 'Try again in {wait}. Whoever holds the recovery key can set another PIN.',
  },
  PIN_WAIT: {
    who: 'operator',
    text: 'Too many wrong PINs were tried, so none is looked at just now. Nothing was changed.',
    next: 'Try again in {wait}. Whoever holds the recovery key can set another PIN.',
  },
  PIN_BROKEN: {
    who: 'operator',
    text: 'The technician PIN of this computer cannot be checked, so nothing that needs it is done. Nothing was changed.',
    next: 'See {file}. If it is damaged, set another PIN with the recovery key.',
  },
  PIN_UNSET: {
    who: 'operator',
    text: 'There is no technician PIN yet, and restoring needs one. Nothing was changed.',
    next: 'Set a PIN first.',
  },
  PIN_WEAK: {
    who: 'operator',
    text: 'That PIN is too easy to guess. Nothing was changed.',
    next: 'Use at least six characters that are neither all the same nor in a row.',
  },
} as const satisfies Record<string, FaultEntry>
