import { literal, quotedName } from '../verify/roles-rules.ts'
import type { Grant, Properties, Shape } from './properties.ts'

/** CREATE DATABASE for an empty database of this shape (PostgreSQL manual, "CREATE DATABASE"). */
export function createStatement(name: string, shape: Shape, serverMajor: number): string {
  const { encoding, collate, ctype, provider, locale, icuRules, tablespace } = shape
  const options = [
    `ENCODING ${literal(encoding)} LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`,
    // The provider can be chosen since PostgreSQL 15, and a cluster may have another one as its default.
    ...(serverMajor >= 15 ? [`LOCALE_PROVIDER ${provider}`] : []),
    ...(provider === 'icu' && locale !== null ? [`ICU_LOCALE ${literal(locale)}`] : []),
    ...(provider === 'icu' && icuRules !== null ? [`ICU_RULES ${literal(icuRules)}`] : []),
    ...(provider === 'builtin' && locale !== null ? [`BUILTIN_LOCALE ${literal(locale)}`] : []),
    ...(tablespace === null ? [] : [`TABLESPACE ${quotedName(tablespace)}`]),
  ]
  return `CREATE DATABASE ${quotedName(name)} TEMPLATE template0 ${options.join(' ')}`
}

type Given = Omit<Properties, 'oid' | 'shape'>

/** A database of which nothing but its owner is known. */
export const ordinary: Omit<Given, 'owner'> = {
  connectionLimit: -1,
  isTemplate: false,
  comment: null,
  grants: null,
  settings: [],
}

/** The statements that give a database everything but its shape. */
export function propertyStatements(name: string, properties: Given): readonly string[] {
  const database = quotedName(name)
  const { owner, connectionLimit, isTemplate, comment, grants, settings } = properties
  return [
    ...settings.map(({ role, setting }) => settingStatement(database, role, setting)),
    ...(comment === null ? [] : [`COMMENT ON DATABASE ${database} IS ${literal(comment)}`]),
    ...(connectionLimit < 0 ? [] : [`ALTER DATABASE ${database} CONNECTION LIMIT ${connectionLimit}`]),
    ...(isTemplate ? [`ALTER DATABASE ${database} IS_TEMPLATE true`] : []),
    `ALTER DATABASE ${database} OWNER TO ${quotedName(owner)}`,
    ...(grants === null ? [] : grantStatements(database, owner, grants)),
  ]
}

/** From nothing: what nobody wrote down belongs to the owner and, in part, to everybody. */
function grantStatements(database: string, owner: string, grants: readonly Grant[]): string[] {
  const none = ['PUBLIC', quotedName(owner)].map(
    (role) => `REVOKE ALL PRIVILEGES ON DATABASE ${database} FROM ${role}`,
  )
  const given = grants.map(({ to, privilege, grantable }) => {
    const role = to === null ? 'PUBLIC' : quotedName(to)
    return `GRANT ${privilege} ON DATABASE ${database} TO ${role}${grantable ? ' WITH GRANT OPTION' : ''}`
  })
  return [...none, ...given]
}

/** These hold lists of names, which must be given one by one (pg_dump's variable_is_guc_list_quote). */
const lists = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
])

/** `setting` is `name=value` as the server keeps it. */
function settingStatement(database: string, role: string | null, setting: string): string {
  const split = setting.indexOf('=')
  const [name, value] = [setting.slice(0, split), setting.slice(split + 1)]
  const values = lists.has(name.toLowerCase()) ? listed(value) : [value]
  const whose =
    role === null ? `ALTER DATABASE ${database}` : `ALTER ROLE ${quotedName(role)} IN DATABASE ${database}`
  return `${whose} SET ${quotedParts(name)} TO ${values.map(literal).join(', ')}`
}

/** `"$user", public` → `$user` and `public`. */
function listed(value: string): string[] {
  const items = [...value.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)]
  if (items.length === 0) return ['']
  return items.map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '')
}

/** Settings of extensions have two parts: `till.branch`. */
const quotedParts = (name: string): string => name.split('.').map(quotedName).join('.')
