import type { ForeignKind } from './foreign-rules.ts'

/**
 * Where it connects is said by the environment alone. pg_restore connects only when it is given a connection string;
 * this one says nothing about it, so that the rest comes from there.
 */
const connectionFromEnvironment = '--dbname=application_name=larder'

/**
 * A stranger's archive into an empty database: everything belongs to the login, nobody gets rights, no disk of another
 * server is named and nothing reaches out to one. The first error ends it. A tar file can only be read by one session.
 */
export const foreignArguments = (options: {
  readonly kind: Exclude<ForeignKind, 'sql'>
  /** Absolute, so that no name is taken for an option. */
  readonly path: string
  readonly jobs: number
}): readonly string[] => [
  connectionFromEnvironment,
  '--no-password',
  '--no-owner',
  '--no-privileges',
  '--exit-on-error',
  '--no-tablespaces',
  '--no-subscriptions',
  ...(options.kind === 'tar' ? [] : [`--jobs=${options.jobs}`]),
  options.path,
]

/** SQL text from stdin in one transaction; the first error ends it and leaves nothing. */
export const sqlArguments: readonly string[] = [
  '--no-psqlrc',
  '--no-password',
  '--quiet',
  '--set=ON_ERROR_STOP=1',
  '--single-transaction',
  '--file=-',
]

/** From here on psql runs no command of its own, whatever it is given. The key must be of letters and digits. */
export const guardLine = (key: string): string => `\\restrict ${key}\n`
