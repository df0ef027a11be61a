import { quotedName } from '../verify/roles-rules.ts'
import { readerOf, statementsIn, type Reader, type Token } from './globals-syntax-rules.ts'

/**
 * The statements that make exactly the missing roles, in an order that works: the roles with their attributes and
 * password hashes, their comments, the memberships in which one of them takes part, their settings. They are made
 * from what was understood, so nothing else in the text can come out, and none changes a role that is there: a role
 * and its password are one statement, which fails as a whole when the role exists. A role that the text does not know
 * gets no rights. Memberships with roles that are neither missing nor `present` are left out, where that is given.
 */
export function missingRoleStatements(
  globals: string,
  missing: readonly string[],
  present?: readonly string[],
): readonly string[] {
  const wanted = new Set(missing)
  const facts = statementsIn(globals).flatMap((statement) => readFact(statement) ?? [])
  const there = present && new Set([...present, ...missing])
  const isThere = (role: string): boolean => there === undefined || there.has(role)
  const members = facts.filter((fact) => fact.kind === 'member')
  const taken = members.filter(
    ({ group, member }) => (wanted.has(group) || wanted.has(member)) && isThere(group) && isThere(member),
  )
  return [
    ...[...wanted].map((role) => createStatement(role, facts)),
    ...facts.flatMap((fact) =>
      fact.kind === 'comment' && wanted.has(fact.role) ? commentStatement(fact) : [],
    ),
    ...merged(taken).map(memberStatement),
    ...facts.flatMap((fact) =>
      fact.kind === 'setting' && wanted.has(fact.role) ? settingStatement(fact) : [],
    ),
  ]
}

/** What one statement says. Texts and values are SQL already. */
type Fact =
  | { readonly kind: 'role'; readonly role: string; readonly attributes: Attributes }
  | { readonly kind: 'comment'; readonly role: string; readonly text: string }
  | Member
  | {
      readonly kind: 'setting'
      readonly role: string
      readonly name: string
      readonly values: readonly string[]
    }

/** The later of two that contradict each other counts, as when they are executed in turn. */
type Attributes = ReadonlyMap<string, string>

interface Member {
  readonly kind: 'member'
  readonly group: string
  readonly member: string
  readonly admin: boolean
  /** Undefined: not said, as before PostgreSQL 16; the member's own attribute decides. */
  readonly inherit: boolean | undefined
  readonly set: boolean
}

/** Undefined for everything that is not about roles, or that is not understood to its last word. */
function readFact(statement: readonly Token[]): Fact | undefined {
  const reader = readerOf(statement)
  const fact = factOf(reader)
  return reader.isDone() ? fact : undefined
}

function factOf(reader: Reader): Fact | undefined {
  if (reader.words('create role')) return readRole(reader)
  if (reader.words('alter role')) return readAlteration(reader)
  if (reader.words('comment on role')) return readComment(reader)
  return reader.words('grant') ? readMember(reader) : undefined
}

function readRole(reader: Reader): Fact | undefined {
  const role = reader.name()
  return role === undefined ? undefined : { kind: 'role', role, attributes: new Map() }
}

function readAlteration(reader: Reader): Fact | undefined {
  const role = reader.name()
  if (role === undefined) return undefined
  if (reader.words('with')) return { kind: 'role', role, attributes: readAttributes(reader) }
  // Those IN DATABASE belong to a database, and come along with it.
  return reader.words('set') ? readSetting(reader, role) : undefined
}

const flags = ['superuser', 'inherit', 'createrole', 'createdb', 'login', 'replication', 'bypassrls']

function readAttributes(reader: Reader): Attributes {
  const attributes = new Map<string, string>()
  for (;;) {
    const attribute = readFlag(reader) ?? readValue(reader)
    if (attribute === undefined) return attributes
    attributes.set(...attribute)
  }
}

function readFlag(reader: Reader): readonly [string, string] | undefined {
  for (const flag of flags) {
    if (reader.words(flag)) return [flag, flag.toUpperCase()]
    if (reader.words(`no${flag}`)) return [flag, `NO${flag.toUpperCase()}`]
  }
  return undefined
}

function readValue(reader: Reader): readonly [string, string] | undefined {
  const valued = (keywords: string, value: () => string | undefined): [string, string] | undefined => {
    const sql = reader.words(keywords) ? value() : undefined
    return sql === undefined ? undefined : [keywords, `${keywords.toUpperCase()} ${sql}`]
  }
  return (
    valued('connection limit', () => reader.number()) ??
    valued('password', () => reader.text()) ??
    valued('valid until', () => reader.text())
  )
}

function readComment(reader: Reader): Fact | undefined {
  const role = reader.name()
  const text = reader.words('is') ? reader.text() : undefined
  return role === undefined || text === undefined ? undefined : { kind: 'comment', role, text }
}

function readSetting(reader: Reader, role: string): Fact | undefined {
  const name = reader.name()
  if (name === undefined || !reader.words('to')) return undefined
  const values: string[] = []
  do {
    const value = reader.text()
    if (value === undefined) return undefined
    values.push(value)
  } while (reader.mark(','))
  return { kind: 'setting', role, name, values }
}

function readMember(reader: Reader): Fact | undefined {
  const group = reader.name()
  const member = reader.words('to') ? reader.name() : undefined
  if (group === undefined || member === undefined) return undefined
  const options: Record<string, boolean | undefined> = {}
  if (reader.words('with')) {
    do {
      const option = reader.name() ?? ''
      options[option] = !reader.words('false')
      if (options[option] && !reader.words('option') && !reader.words('true')) return undefined
    } while (reader.mark(','))
  }
  // Who granted it is not carried over: that role may be missing or have lost the right, and then nothing would work.
  if (reader.words('granted by')) reader.name()
  const { admin = false, inherit, set = true } = options
  return { kind: 'member', group, member, admin, inherit, set }
}

/** Several people may have granted the same membership (PostgreSQL 16); together they allow what any of them did. */
function merged(members: readonly Member[]): readonly Member[] {
  const byPair = new Map<string, Member>()
  for (const one of members) {
    const pair = JSON.stringify([one.group, one.member])
    const other = byPair.get(pair)
    byPair.set(pair, other === undefined ? one : union(one, other))
  }
  return [...byPair.values()]
}

const union = (one: Member, other: Member): Member => ({
  ...one,
  admin: one.admin || other.admin,
  inherit: one.inherit === undefined ? other.inherit : one.inherit || other.inherit,
  set: one.set || other.set,
})

function createStatement(role: string, facts: readonly Fact[]): string {
  const known = facts.filter((fact) => fact.kind === 'role').filter((fact) => fact.role === role)
  const attributes = new Map(known.flatMap((fact) => [...fact.attributes]))
  const rights = attributes.size === 0 ? 'NOLOGIN' : `WITH ${[...attributes.values()].join(' ')}`
  return `CREATE ROLE ${quotedName(role)} ${rights}`
}

const commentStatement = ({ role, text }: { readonly role: string; readonly text: string }): string =>
  `COMMENT ON ROLE ${quotedName(role)} IS ${text}`

function memberStatement({ group, member, admin, inherit, set }: Member): string {
  const options = [
    ...(admin ? ['ADMIN OPTION'] : []),
    ...(inherit === undefined ? [] : [`INHERIT ${inherit ? 'TRUE' : 'FALSE'}`]),
    ...(set ? [] : ['SET FALSE']),
  ]
  const granted = options.length > 0 ? ` WITH ${options.join(', ')}` : ''
  return `GRANT ${quotedName(group)} TO ${quotedName(member)}${granted}`
}

function settingStatement({ role, name, values }: Extract<Fact, { kind: 'setting' }>): string {
  return `ALTER ROLE ${quotedName(role)} SET ${quotedName(name)} TO ${values.join(', ')}`
}
