import type { FaultCode } from '../../shared/fault.ts'

/** A fault as a rule sees it: the shell adds the cause and throws. */
export interface FoundFault {
  readonly code: FaultCode
  readonly detail: string
  readonly values?: Readonly<Record<string, string>>
}

/** How a tool ended. What we did to it comes before its exit code: pg_dump answers SIGTERM with exit code 1. */
export interface ToolEnd {
  readonly how: 'exited' | 'killed' | 'cancelled' | 'timed-out' | 'stalled' | 'not-started'
  readonly code: number | null
  readonly signal: string | null
  /** The last 64 kB of what it complained about. */
  readonly stderr: string
}

/** PostgreSQL manual, appendix A. The rest is told by `faultOfSqlState`. */
const bySqlState: Readonly<Record<string, FaultCode>> = {
  '08000': 'DB_CONNECTION_LOST',
  '08003': 'DB_CONNECTION_LOST',
  '08006': 'DB_CONNECTION_LOST',
  '28P01': 'DB_AUTH',
  '3D000': 'DB_NOT_FOUND',
  '40001': 'DB_LOCKED',
  '40P01': 'DB_LOCKED',
  '53300': 'DB_TOO_MANY',
  '55P03': 'DB_LOCKED',
  '57P01': 'DB_CONNECTION_LOST',
  '57P02': 'DB_CONNECTION_LOST',
  '57P03': 'DB_STARTING',
  XX001: 'SOURCE_DAMAGED',
  XX002: 'SOURCE_DAMAGED',
}

/** In what a damaged relation makes the server say; no translation of the server keeps fewer words in English. */
const damage =
  /invalid page in block|could not read block|(?:missing|unexpected) chunk number|could not open file "base\/|could not access status of transaction|compressed \w+ data is corrupt/

/**
 * The fault behind an error of the server. The SQLSTATE decides; the text helps only where one SQLSTATE has
 * several meanings, and then by words that stay the same in every language of the server.
 */
export function faultOfSqlState(sqlState: string, message: string): FaultCode {
  if (sqlState === '28000') return message.includes('pg_hba.conf') ? 'DB_ACCESS_RULE' : 'DB_AUTH'
  if (sqlState === '42501') return isRowSecurity(message) ? 'DB_RLS' : 'DB_PERMISSION'
  if (sqlState === '08P01' && /startup parameter|pgbouncer/i.test(message)) return 'DB_POOLER'
  if (damage.test(message)) return 'SOURCE_DAMAGED'
  // Class 42 and 22 are wrong statements, and the statements are ours.
  const ours = /^(?:22|42|26|34)/.test(sqlState)
  return bySqlState[sqlState] ?? (ours ? 'INTERNAL' : 'DUMP_FAILED')
}

const isRowSecurity = (message: string): boolean => /row[- ]level security/i.test(message)

/** What a rule needs of an error that the driver threw: an SQLSTATE, an errno name, or nothing as code. */
export interface ErrorFacts {
  readonly code: string
  readonly message: string
}

const isSqlState = (code: string): boolean => /^(?=.*\d)[0-9A-Z]{5}$/.test(code)

/** The fault behind a failed login. */
export function faultOfConnectError({
  code,
  message,
}: ErrorFacts): FoundFault & { readonly withoutTls: boolean } {
  const found = { detail: message, withoutTls: false }
  if (isSqlState(code)) return { ...found, code: faultOfSqlState(code, message) }
  if (/does not support SSL/.test(message)) return { ...found, code: 'DB_TLS', withoutTls: true }
  if (/CERT|SSL|TLS|SIGNATURE|EPROTO|UNABLE_TO/.test(code) || /SSL connection/.test(message)) {
    return { ...found, code: 'DB_TLS' }
  }
  const unknownHost = code === 'ENOTFOUND' || code === 'EAI_AGAIN'
  return { ...found, code: unknownHost ? 'DB_HOST_UNKNOWN' : 'DB_UNREACHABLE' }
}

/** The fault behind a failed statement. Whatever carries no SQLSTATE comes from the connection itself. */
export function faultOfQueryError({ code, message }: ErrorFacts): FoundFault {
  if (!isSqlState(code)) return { code: 'DB_CONNECTION_LOST', detail: message }
  return { code: faultOfSqlState(code, message), detail: `${message} (SQLSTATE ${code})` }
}

/**
 * What the tools print, most telling first. Their own words are English, since they run with LC_ALL=C; what
 * they quote from the server may be in another language, so some patterns know the server's German and Spanish.
 */
const byText: readonly (readonly [FaultCode, RegExp])[] = [
  ['TOOL_TOO_OLD', /server version mismatch/],
  ['DISK_FULL', /No space left on device|not enough space on the disk/],
  ['DB_AUTH', / authentication failed|no password supplied|FATAL: +role "[^]{0,300}?" does not exist/],
  ['DB_NOT_FOUND', /FATAL: +database "[^]{0,300}?" does not exist/],
  ['DB_TOO_MANY', /too many (?:connections|clients)|remaining connection slots/],
  ['DB_STARTING', /the database system is (?:starting up|shutting down|in recovery mode|not yet accepting)/],
  ['DB_HOST_UNKNOWN', /could not translate host name/],
  ['DB_POOLER', /unsupported startup parameter/],
  ['DB_TLS', /SSL was required|does not support SSL|certificate verify|(?:root|server|client) certificate/],
  ['DB_ACCESS_RULE', /pg_hba\.conf/],
  [
    'DB_UNREACHABLE',
    /Connection refused|timeout expired|is unreachable|No route to host|Is the server running/,
  ],
  ['DB_RLS', /row[- ]level security/i],
  ['DB_PERMISSION', /permission denied|must be (?:owner|superuser)|keine Berechtigung|permiso denegado/],
  ['DB_LOCKED', /(?:timeout|Zeitüberschreitung|tiempo de espera).{0,300}\n.{0,300}LOCK TABLE/],
  ['SOURCE_DAMAGED', damage],
  [
    'DB_CONNECTION_LOST',
    /server closed the connection|terminating connection|connection reset|SSL SYSCALL error|could not receive data from server|no connection to the server/i,
  ],
]

/** With --verbose the tools also name what they are at: a table called "certificate" is no trouble with TLS. */
const isReport = (line: string): boolean =>
  /^pg_\w+: (?!error|fatal|detail|hint|warning|aborting|\[)/.test(line)

/** The fault behind what pg_dump, pg_dumpall or pg_restore printed; DUMP_FAILED when nothing tells more. */
export function faultOfToolText(stderr: string): FaultCode {
  const complaints = stderr.split('\n').filter((line) => !isReport(line))
  const text = complaints.join('\n')
  return byText.find(([, pattern]) => pattern.test(text))?.[0] ?? 'DUMP_FAILED'
}

const byEnd = {
  'not-started': 'TOOL_NOT_FOUND',
  killed: 'DUMP_KILLED',
  'timed-out': 'DUMP_TIMEOUT',
  stalled: 'DUMP_STALLED',
} as const satisfies Partial<Record<ToolEnd['how'], FaultCode>>

/** The fault behind the end of a tool; undefined when it ended well or because it was told to. */
export function faultOfToolEnd({ how, code, signal, stderr }: ToolEnd): FoundFault | undefined {
  const detail = lastLines(stderr)
  if (how === 'cancelled' || (how === 'exited' && code === 0)) return undefined
  if (how !== 'exited') return { code: byEnd[how], detail: detail || `Ended by ${signal ?? 'the system'}.` }
  // Windows has no signals: what ends a program from outside shows as a code like 0xC0000005.
  if (code !== null && code >= 0x4000_0000) {
    return { code: 'DUMP_KILLED', detail: detail || `Ended with code 0x${code.toString(16)}.` }
  }
  const found = faultOfToolText(stderr)
  return { code: found, detail, ...(found === 'TOOL_TOO_OLD' ? { values: mismatch(stderr) } : {}) }
}

/** From "server version: 18.4; pg_dump version: 15.18". */
function mismatch(stderr: string): Readonly<Record<string, string>> {
  const [, server = '', tool = ''] = /server version: ([\d.]+)[^;]*; \w+ version: ([\d.]+)/.exec(stderr) ?? []
  return { server, tool }
}

const detailLines = 20
const detailLength = 4000

/** The end of what a tool said, for the technician. */
export const lastLines = (text: string): string =>
  text.trim().split('\n').slice(-detailLines).join('\n').slice(-detailLength)
