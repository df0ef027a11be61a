/** What an administrator should know about one database before it is dumped. Names are quoted by the server. */
export interface DatabaseFacts {
  readonly name: string
  readonly owner: string
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  /** On the server's disk. */
  readonly bytes: number
  readonly extensions: readonly { readonly name: string; readonly version: string }[]
  /** Tables, without those of extensions. */
  readonly tableCount: number
  /** Owners and grantees that a restore needs, without PostgreSQL's own roles. */
  readonly roles: readonly string[]
  /** Who is asking, quoted for SQL. */
  readonly user: string
  readonly serverVersionNum: number
  /** Tables whose policies hide rows from us. */
  readonly rlsTables: readonly string[]
  /** Tables and sequences that we may not read. */
  readonly unreadable: readonly string[]
  readonly unreadableLargeObjects: number
}

/** A reason why a dump would fail or would not be whole, found before it starts. */
export interface Objection {
  readonly code: 'DB_PERMISSION' | 'DB_RLS' | 'SUSPICIOUS_EMPTY'
  /** Names what is concerned. */
  readonly detail: string
  /** What an administrator types, or does. */
  readonly next: string
}

/** Everything that stands in the way of a whole backup of this database; empty when nothing does. */
export function objections(facts: DatabaseFacts): readonly Objection[] {
  return [empty(facts), unreadable(facts), largeObjects(facts), rowSecurity(facts)].filter(
    (objection) => objection !== undefined,
  )
}

const empty = ({ tableCount, name }: DatabaseFacts): Objection | undefined =>
  tableCount > 0
    ? undefined
    : {
        code: 'SUSPICIOUS_EMPTY',
        detail: `The database ${name} holds no tables.`,
        next: 'Was the till software reinstalled, or is this the wrong database?',
      }

function unreadable({ unreadable: names, user, serverVersionNum }: DatabaseFacts): Objection | undefined {
  if (names.length === 0) return undefined
  // The role with this right came with PostgreSQL 14.
  const grant =
    serverVersionNum >= 140_000
      ? `GRANT pg_read_all_data TO ${user};`
      : `GRANT SELECT ON ${names.slice(0, namesShown).join(', ')} TO ${user}; and GRANT USAGE on their schemas`
  return {
    code: 'DB_PERMISSION',
    detail: `${user} may not read ${listed(names)}.`,
    next: `As an administrator: ${grant}`,
  }
}

function largeObjects({ unreadableLargeObjects: count, user }: DatabaseFacts): Objection | undefined {
  if (count === 0) return undefined
  const template = `GRANT SELECT ON LARGE OBJECT %s TO ${user.replaceAll('%', '%%').replaceAll("'", "''")}`
  return {
    code: 'DB_PERMISSION',
    detail: `${user} may not read ${count} large ${count === 1 ? 'object' : 'objects'}.`,
    next: `As an administrator, in psql: SELECT format('${template}', oid) FROM pg_largeobject_metadata \\gexec`,
  }
}

function rowSecurity({ rlsTables, user }: DatabaseFacts): Objection | undefined {
  if (rlsTables.length === 0) return undefined
  return {
    code: 'DB_RLS',
    detail: `Policies hide rows from ${user} in ${listed(rlsTables)}.`,
    next: `As an administrator: ALTER ROLE ${user} BYPASSRLS;`,
  }
}

const namesShown = 10

function listed(names: readonly string[]): string {
  const more = names.length - namesShown
  return names.slice(0, namesShown).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
