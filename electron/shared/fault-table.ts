import type { FaultEntry } from './fault-entry.ts'
import { restoreFaults } from './fault-table-restore.ts'

/** Everything that can go wrong, in one table. Codes are stable: scripts and monitors may rely on them. */
export const faults = {
  DB_UNREACHABLE: {
    who: 'retry',
    text: 'The till database did not answer, so no backup was made. Your earlier backups are untouched.',
    next: 'Is the PostgreSQL service running? Check the port and the firewall, then try again.',
  },
  DB_HOST_UNKNOWN: {
    who: 'operator',
    text: 'The till computer could not be found on the network, so no backup was made. Your earlier backups are untouched.',
    next: 'Check the host name, or enter its IP address.',
  },
  DB_STARTING: {
    who: 'retry',
    text: 'The till database is still starting. No backup was made yet; your earlier backups are untouched.',
    next: 'Wait a minute. If it stays like this, the server may be recovering: read its log.',
  },
  DB_AUTH: {
    who: 'operator',
    text: 'The till database refused the user name or the password, so no backup was made. Your earlier backups are untouched.',
    next: 'Enter the password again. PostgreSQL gives the same answer for a user that does not exist.',
  },
  DB_ACCESS_RULE: {
    who: 'operator',
    text: 'The till database refuses connections from this computer, so no backup was made. Your earlier backups are untouched.',
    next: 'Add a line for this computer and user to pg_hba.conf, or use the TLS mode it asks for.',
  },
  DB_TLS: {
    who: 'operator',
    text: 'The connection to the till database is not as secure as asked for, so it was stopped. Your earlier backups are untouched.',
    next: 'Check the server certificate, the root certificate and the TLS mode (sslmode).',
  },
  DB_NOT_FOUND: {
    who: 'operator',
    text: 'There is no database named “{database}” on the till, so no backup was made. Your earlier backups are untouched.',
    next: 'Was the till software updated? Choose the database again.',
  },
  DB_TOO_MANY: {
    who: 'retry',
    text: 'The till database is too busy to let the backup in. Your earlier backups are untouched.',
    next: 'Raise the connection limit of the server or of the backup user.',
  },
  DB_PERMISSION: {
    who: 'operator',
    text: 'The backup user may not read everything in the till database, so no backup was made. Your earlier backups are untouched.',
    next: 'As an administrator: GRANT pg_read_all_data TO the backup user; it must own large objects.',
  },
  DB_RLS: {
    who: 'operator',
    text: 'Row-level security hides rows from the backup user, so no backup was made. Your earlier backups are untouched.',
    next: 'As an administrator: ALTER ROLE the backup user BYPASSRLS.',
  },
  DB_POOLER: {
    who: 'operator',
    text: 'This address leads to a connection pooler that cannot carry a backup. No backup was made; your data is untouched.',
    next: 'Use the direct address of the database (or the session-mode port), not the transaction pooler.',
  },
  DB_LOCKED: {
    who: 'retry',
    text: 'The till was busy with maintenance, so the backup gave way. Your earlier backups are untouched.',
    next: 'Somebody holds an exclusive lock on a table: see the detail for who.',
  },
  DB_CONNECTION_LOST: {
    who: 'retry',
    text: 'The till database stopped during the backup. The unfinished file was removed; your earlier backups are untouched.',
    next: 'Read the server log: power, restart, memory.',
  },
  SOURCE_DAMAGED: {
    who: 'operator',
    text: 'PostgreSQL found damage in the till’s own data. Your earlier backups are untouched: keep them.',
    next: 'Stop using the till if you can, copy the data folder, and look at the relation named in the detail.',
  },
  TOOL_NOT_FOUND: {
    who: 'operator',
    text: 'The PostgreSQL client tools were not found on this computer, so no backup can be made.',
    next: 'Install the PostgreSQL client tools of the server’s version.',
  },
  TOOL_TOO_OLD: {
    who: 'operator',
    text: 'The till’s PostgreSQL is version {server}, but the newest backup tool here is {tool}. No backup was made; your earlier backups are untouched.',
    next: 'Install the PostgreSQL {server} client tools on this computer.',
  },
  DUMP_STALLED: {
    who: 'retry',
    text: 'The backup got stuck and was stopped. The unfinished file was removed; your earlier backups are untouched.',
    next: 'Network, antivirus, or a frozen server process.',
  },
  DUMP_TIMEOUT: {
    who: 'retry',
    text: 'The backup took too long and was stopped. The unfinished file was removed; your earlier backups are untouched.',
    next: 'Compare with earlier durations; look at the load of the server.',
  },
  DUMP_KILLED: {
    who: 'retry',
    text: 'The computer ended the backup. The unfinished file was removed; your earlier backups are untouched.',
    next: 'Memory, or an antivirus program that ends processes.',
  },
  DUMP_FAILED: {
    who: 'operator',
    text: 'The backup did not work. The unfinished file was removed; your earlier backups are untouched.',
    next: 'The detail holds the last lines of the PostgreSQL tool.',
  },
  DISK_FULL: {
    who: 'operator',
    text: 'The backup disk has too little room: {free} free. Nothing was deleted; your earlier backups are untouched.',
    next: 'Make room for {need}, or choose another folder.',
  },
  DEST_UNAVAILABLE: {
    who: 'operator',
    text: 'The backup folder cannot be written, so no backup was made. Backups already there are untouched.',
    next: 'Is the drive connected? Check the folder and its rights: {folder}',
  },
  DEST_BUSY: {
    who: 'retry',
    text: 'Another program, often an antivirus, is holding the backup file. Your earlier backups are untouched.',
    next: 'Exclude the backup folder from the scanner.',
  },
  VERIFY_TRUNCATED: {
    who: 'retry',
    text: 'The new backup is incomplete and was thrown away. Your earlier backups are untouched.',
    next: 'Read the logs of the disk and of the PostgreSQL tool.',
  },
  BACKUP_CORRUPT: {
    who: 'operator',
    text: 'A stored backup has gone bad and must not be relied on. The other backups are not affected.',
    next: 'Check the health of the disk; fetch another copy if there is one.',
  },
  BACKUP_UNKNOWN: {
    who: 'operator',
    text: 'There is no backup “{id}” in the catalogue. Nothing was changed.',
    next: 'See the list of backups for the ids.',
  },
  SIGNATURE_BAD: {
    who: 'operator',
    text: 'This file was not made by your Larder, or was changed since. It will not be used.',
    next: 'Where did the file come from? Compare it with another copy.',
  },
  SUSPICIOUS_EMPTY: {
    who: 'operator',
    text: 'The database “{database}” holds no tables. A backup of it would be worth nothing, so none was kept. Your earlier backups are untouched.',
    next: 'Was the till software reinstalled, or is this the wrong database?',
  },
  INTERRUPTED: {
    who: 'retry',
    text: 'The computer or Larder was switched off during a backup. The unfinished file was removed; your earlier backups are untouched.',
    next: 'Back up again now.',
  },
  ALREADY_RUNNING: {
    who: 'retry',
    text: 'Somebody already backs up or restores “{database}”. Nothing was started twice.',
    next: 'Wait for it to end. It runs in process {pid}.',
  },
  NOT_SET_UP: {
    who: 'operator',
    text: 'Larder is not set up on this computer yet, so nothing is being backed up.',
    next: 'Open Larder, or run `larder setup`.',
  },
  ALREADY_SET_UP: {
    who: 'operator',
    text: 'Larder is already set up here. Nothing was changed.',
    next: 'Use another data folder, or change the settings in the window.',
  },
  SETTINGS_NEWER: {
    who: 'operator',
    text: 'The settings were written by a newer Larder. This version leaves them alone; your backups are untouched.',
    next: 'Install the newer version again.',
  },
  SETTINGS_BROKEN: {
    who: 'operator',
    text: 'The settings file cannot be read. Your backups are untouched.',
    next: 'The detail names the place in {file}. Repair it, or restore it from {file}.previous.',
  },
  CATALOGUE_NEWER: {
    who: 'operator',
    text: 'The list of backups was written by a newer Larder. This version leaves it alone; your backups are untouched.',
    next: 'Install the newer version again.',
  },
  CATALOGUE_BROKEN: {
    who: 'operator',
    text: 'The list of backups on this computer is damaged. Your backups themselves are untouched.',
    next: 'Start Larder again: it puts {file} aside and makes the list anew from the backups.',
  },
  CATALOGUE_BUSY: {
    who: 'retry',
    text: 'Another program is holding the list of backups. Your backups are untouched.',
    next: 'Try again in a minute. If it stays like this, see which program has {file} open.',
  },
  CATALOGUE_UNWRITABLE: {
    who: 'operator',
    text: 'The list of backups cannot be written. Your backups themselves are untouched.',
    next: 'Is the disk full, or the folder read-only? See {file}.',
  },
  SECRETS_LOCKED: {
    who: 'operator',
    text: 'This computer cannot open the saved passwords just now. Backups already made are safe.',
    next: 'Log in to the desktop and open Larder, or enter the password again.',
  },
  KEY_WRONG: {
    who: 'operator',
    text: 'That key does not fit. Nothing was changed.',
    next: 'Compare it with the recovery key that was saved, character by character.',
  },
  KEY_TYPO: {
    who: 'operator',
    text: 'There is a typing mistake in the key. Nothing was changed.',
    next: 'Type it again from the recovery key that was saved.',
  },
  ...restoreFaults,
  CANCELLED: {
    who: 'operator',
    text: 'It was stopped on request. What was unfinished is gone; your earlier backups are untouched.',
    next: 'Start it again when it suits.',
  },
  CHANNEL_FAILED: {
    who: 'operator',
    text: '{channel} did not arrive: {problem}. Your backups are untouched.',
    next: 'Check the address, the login and the network of this PC, then send another test.',
  },
  USAGE: { who: 'operator', text: '{problem}', next: 'See `larder --help`.' },
  REQUEST_REFUSED: {
    who: 'bug',
    text: 'The window asked for something it may not ask for. Nothing was changed.',
    next: 'Restart Larder. If it happens again, send the log.',
  },
  INTERNAL: {
    who: 'bug',
    text: 'Something went wrong in Larder itself. Your existing backups are untouched.',
    next: 'The log has the details.',
  },
} as const satisfies Record<string, FaultEntry>
