import { Server, TlsMode } from '../../shared/model.ts'
import { parseKeywords, parseUrl } from './connection-syntax-rules.ts'

/** What a pasted connection text means. The password is kept apart: it goes to the secrets, never to settings. */
export interface Connection {
  readonly server: Server
  readonly password: string | undefined
  /** It leads to a pooler that hands out another session for every transaction. */
  readonly pooled: boolean
}

/** Either what it means, or a sentence that tells what is wrong. The sentence never repeats what was pasted. */
export type ConnectionText = { readonly connection: Connection } | { readonly problem: string }

/**
 * Understands a URL or a line of `name=value` as libpq does (PostgreSQL manual, "Connection Strings"), with its
 * defaults. Only the host is `localhost` where libpq's default differs from build to build. Parameters that say
 * nothing about the way to the server are passed over, such as Prisma's `schema`.
 */
export function parseConnectionText(text: string): ConnectionText {
  const bare = withoutWrapping(text.trim())
  if (bare.includes('\0'))
    return { problem: 'There is a character in it that cannot be part of a connection.' }
  const [, url] = /^(?:jdbc:)?postgres(?:ql)?(?:\+\w+)?:\/\/([^]*)$/i.exec(bare) ?? []
  const parsed = url === undefined ? parseKeywords(bare) : parseUrl(url)
  return 'problem' in parsed ? parsed : understand(parsed.parameters)
}

/** Hosts that run transaction poolers under names of their own; elsewhere nothing gives one away. */
export const looksPooled = ({ host, port }: Pick<Server, 'host' | 'port'>): boolean =>
  (port === 6543 && /\.supabase\.com?$/i.test(host)) || /^[^.]+-pooler\./i.test(host)

/** A line of an .env file has a name in front of the URL and often quotes around it. */
const withoutWrapping = (text: string): string =>
  text
    .replace(/^(?:export\s+)?\w+\s*=\s*(?=["']?(?:jdbc:)?postgres(?:ql)?\S*:\/\/)/i, '')
    .replace(/^(["'])([^]*)\1$/, '$2')

function understand(parameters: ReadonlyMap<string, string>): ConnectionText {
  const problem = obstacle(parameters)
  if (problem !== undefined) return { problem }
  const user = parameters.get('user')
  const rootCertificate = parameters.get('sslrootcert')
  const server = Server.safeParse({
    host: parameters.get('host') ?? parameters.get('hostaddr') ?? 'localhost',
    port: Number(parameters.get('port') ?? 5432),
    user,
    database: parameters.get('dbname') ?? user,
    tls: tlsMode(parameters),
    ...(rootCertificate === undefined ? {} : { rootCertificate }),
  })
  if (!server.success) return { problem: 'The host, the user or the database is too long.' }
  const pooled = parameters.get('pgbouncer') === 'true' || looksPooled(server.data)
  return { connection: { server: server.data, password: parameters.get('password'), pooled } }
}

/** These change who logs in or where, and Larder has no place to keep them. */
const unsupported = [
  'service',
  'servicefile',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslcrl',
  'sslcrldir',
] as const

function obstacle(parameters: ReadonlyMap<string, string>): string | undefined {
  if ([...parameters.values()].some((value) => value.includes('\0'))) {
    return 'There is a character in it that cannot be part of a connection.'
  }
  const [host, address, port] = ['host', 'hostaddr', 'port'].map((name) => parameters.get(name))
  if ([host, address, port].some((value) => value?.includes(','))) {
    return 'It names several servers. Name the one to back up.'
  }
  if (host !== undefined && address !== undefined && host !== address) {
    return 'It names a host and another address (hostaddr). Name one of them.'
  }
  if (port !== undefined && !isPort(port)) return 'The port is not a number from 1 to 65535.'
  if (parameters.get('user') === undefined) return 'It names no user. Add the user to log in as.'
  if (tlsMode(parameters) === undefined) return 'The sslmode is none that PostgreSQL knows.'
  const found = unsupported.find((name) => parameters.has(name))
  return found && `Larder cannot use ${found}. Log in with a user name and a password.`
}

const isPort = (text: string): boolean =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535

/** `ssl=true` is how JDBC says it, `no-verify` how node-postgres does. Undefined: a mode that nobody knows. */
function tlsMode(parameters: ReadonlyMap<string, string>): TlsMode | undefined {
  const jdbc = parameters.get('ssl') === 'true' ? 'require' : 'prefer'
  const mode = parameters.get('sslmode') ?? jdbc
  return mode === 'no-verify' ? 'require' : TlsMode.safeParse(mode).data
}
