import type { Server } from '../../shared/model.ts'
import type { Secret } from '../secret.ts'

/** A path that cannot exist, for settings whose default would be a file of the person logged in. */
export const nowhere = process.platform === 'win32' ? String.raw`NUL\larder` : '/dev/null/larder'

/**
 * Says where to connect through the environment, never argv: libpq reads a database name given as an argument
 * as a whole connection string (`pos host=elsewhere` would send the password elsewhere), and argv is public.
 */
export function connectionEnv(
  server: Server,
  database: string,
  password: Secret | undefined,
): Record<string, string> {
  return {
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGDATABASE: database,
    PGSSLMODE: server.tls,
    // Unset, libpq would look for ~/.postgresql/root.crt and verify against whatever is there.
    PGSSLROOTCERT: server.rootCertificate ?? nowhere,
    ...(password ? { PGPASSWORD: password.reveal() } : {}),
  }
}

/** One database as an archive on stdout, exactly as the exported snapshot saw it. Compression comes later. */
export function dumpArguments(options: {
  readonly snapshot: string
  readonly lockWaitMs: number
}): readonly string[] {
  return [
    '--format=custom',
    '--compress=0',
    '--no-password',
    // The only limit pg_dump keeps: it resets lock_timeout and statement_timeout when it connects (INV-8).
    `--lock-wait-timeout=${options.lockWaitMs}`,
    `--snapshot=${options.snapshot}`,
  ]
}

/** One database as SQL text on stdout, for a technician who wants to read or edit it. */
export function plainArguments(options: { readonly lockWaitMs: number }): readonly string[] {
  return ['--format=plain', '--no-password', `--lock-wait-timeout=${options.lockWaitMs}`]
}

/**
 * Roles and tablespaces as SQL text on stdout. pg_dumpall ignores PGDATABASE and wants a database named
 * `postgres` or `template1`, which a managed server may withhold; what it takes as a name is a connection
 * string, so the name goes in as one, quoted. Without `rolePasswords` no right to pg_authid is needed.
 */
export function globalsArguments(options: {
  readonly database: string
  readonly rolePasswords: boolean
}): readonly string[] {
  return [
    '--globals-only',
    '--no-password',
    `--database=dbname=${quoteValue(options.database)}`,
    ...(options.rolePasswords ? [] : ['--no-role-passwords']),
  ]
}

/**
 * A plain archive file into a new and empty database. A subscription would reach out to another server. Without `--exit-on-error`, so that every object that cannot be restored is named.
 */
export function restoreArguments(options: {
  readonly database: string
  readonly file: string
  readonly jobs: number
  /** `none`: everything belongs to who restores it, and nobody else gets rights. */
  readonly owners?: 'keep' | 'none'
  /** `keep`: on the same server, whose disks they are. */
  readonly tablespaces?: 'keep' | 'none'
}): readonly string[] {
  return [
    `--dbname=dbname=${quoteValue(options.database)}`,
    `--jobs=${options.jobs}`,
    '--no-password',
    ...(options.tablespaces === 'keep' ? [] : ['--no-tablespaces']),
    '--no-subscriptions',
    ...(options.owners === 'none' ? ['--no-owner', '--no-privileges'] : []),
    options.file,
  ]
}

/** libpq's keyword/value syntax: single quotes around, backslash before a quote or a backslash. */
const quoteValue = (value: string): string => `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`
