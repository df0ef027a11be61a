import type { FaultCode } from '../../shared/fault.ts'

interface Rights {
  /** Quoted as SQL wants it. */
  readonly user: string
  readonly superuser: boolean
  readonly createsDatabases: boolean
  readonly createsRoles: boolean
  readonly endsSessions: boolean
  readonly versionNum: number
  readonly version: string
}

/** What was learned of server and backup before a restore. Sizes in bytes. */
export interface RestoreFacts {
  readonly rights: Rights
  /** The backup's server, as `15.18 (Debian…)`. */
  readonly backupVersion: string
  readonly roles: readonly { readonly name: string; readonly member: boolean }[]
  readonly neededRoles: readonly string[]
  readonly missingExtensions: readonly string[]
  readonly roleChoice: 'create' | 'map' | 'no-owner'
  readonly mapped: Readonly<Record<string, string>>
  /** Null: a new database is made, nothing is replaced. */
  readonly live: {
    readonly owned: boolean
    readonly prepared: number
    readonly slots: number
    readonly superuserSessions: boolean
    readonly otherSessions: boolean
  } | null
  readonly room: { readonly freeBytes: number; readonly needBytes: number } | null
}

interface Objection {
  readonly code: FaultCode
  readonly values: Readonly<Record<string, string>>
}

const blocked = (problem: string, next: string): Objection => ({
  code: 'RESTORE_BLOCKED',
  values: { problem, next },
})

const listed = (names: readonly string[]): string => names.map((name) => `“${name}”`).join(', ')

/** The roles that the backup names and the server does not have. Those of PostgreSQL itself are everywhere. */
export const missingRoles = ({ neededRoles, roles }: RestoreFacts): string[] => {
  const present = new Set(roles.map(({ name }) => name))
  return neededRoles.filter((name) => !present.has(name) && !name.startsWith('pg_'))
}

/** What stands in the way of a restore, most important first; empty when it may begin. */
export function objections(facts: RestoreFacts): readonly Objection[] {
  const missing = missingRights(facts)
  const { rights, backupVersion, missingExtensions, live, room } = facts
  const [backupMajor, serverMajor] = [
    Number.parseInt(backupVersion, 10),
    Math.floor(rights.versionNum / 10_000),
  ]
  return [
    ...(serverMajor < backupMajor
      ? [
          blocked(
            `it was taken of PostgreSQL ${backupMajor}, and this server is ${rights.version}.`,
            `Restore it into a server of version ${backupMajor} or newer.`,
          ),
        ]
      : []),
    ...(missingExtensions.length > 0
      ? [
          blocked(
            `the server does not have the extension ${listed(missingExtensions)}.`,
            'Install it on the server’s computer (package postgresql-contrib or that of the extension).',
          ),
        ]
      : []),
    ...(missing.length > 0
      ? [{ code: 'RESTORE_RIGHTS' as const, values: { user: rights.user, missing: missing.join(', ') } }]
      : []),
    ...unmapped(facts).map((role) =>
      blocked(
        `the role “${role}” of the backup is mapped to none that the server has.`,
        'Choose a role that exists for each missing one.',
      ),
    ),
    ...(live !== null && live.prepared > 0
      ? [
          blocked(
            `${live.prepared} prepared transactions hold the database, and nobody else can end them.`,
            'COMMIT PREPARED or ROLLBACK PREPARED them (see pg_prepared_xacts).',
          ),
        ]
      : []),
    ...(room !== null && room.freeBytes < room.needBytes
      ? [{ code: 'RESTORE_NO_ROOM' as const, values: {} }]
      : []),
  ]
}

/** In words that go on after “may not restore:”. */
function missingRights(facts: RestoreFacts): string[] {
  const { rights, live, roleChoice, roles, neededRoles } = facts
  if (rights.superuser) return []
  const foreign = roles
    .filter(({ name, member }) => neededRoles.includes(name) && !member)
    .map(({ name }) => name)
  return [
    ...(rights.createsDatabases ? [] : ['it may not create databases (CREATEDB)']),
    ...(live !== null && !live.owned ? ['it does not own the live database'] : []),
    ...(live !== null && live.otherSessions && !rights.endsSessions
      ? ['it may not end the sessions of others (pg_signal_backend)']
      : []),
    ...(live !== null && live.superuserSessions ? ['it may not end the sessions of an administrator'] : []),
    ...(roleChoice === 'create' && missingRoles(facts).length > 0 && !rights.createsRoles
      ? [`it may not create the roles ${listed(missingRoles(facts))} (CREATEROLE)`]
      : []),
    ...(roleChoice !== 'no-owner' && foreign.length > 0
      ? [`it is not a member of ${listed(foreign)}, and so cannot give things to them`]
      : []),
  ]
}

function unmapped(facts: RestoreFacts): string[] {
  if (facts.roleChoice !== 'map') return []
  const present = new Set(facts.roles.map(({ name }) => name))
  return missingRoles(facts).filter((name) => !present.has(facts.mapped[name] ?? ''))
}

/** What does not stop a restore and should be known before. */
export function warnings({ rights, live, room, backupVersion }: RestoreFacts): string[] {
  const serverMajor = Math.floor(rights.versionNum / 10_000)
  return [
    ...(room === null
      ? ['It is not known whether the server has room for a second copy: its disk cannot be asked from here.']
      : []),
    ...(live !== null && live.slots > 0
      ? [`${live.slots} replication slots follow the database that is swapped out, not the restored one.`]
      : []),
    ...(serverMajor > Number.parseInt(backupVersion, 10)
      ? [
          `The backup is of PostgreSQL ${Number.parseInt(backupVersion, 10)}, the server is ${rights.version}.`,
        ]
      : []),
  ]
}
