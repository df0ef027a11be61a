import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  faultOfConnectError,
  faultOfQueryError,
  faultOfSqlState,
  faultOfToolEnd,
  faultOfToolText,
  type ToolEnd,
} from '../../../electron/engine/postgres/pg-rules.ts'

describe('an SQLSTATE', () => {
  test.each([
    ['28P01', 'password authentication failed for user "pos"', 'DB_AUTH'],
    ['28000', 'no pg_hba.conf entry for host "10.0.0.7", user "pos"', 'DB_ACCESS_RULE'],
    ['28000', 'pg_hba.conf lehnt Verbindung ab für Host »10.0.0.7«', 'DB_ACCESS_RULE'],
    ['28000', 'role "pos" does not exist', 'DB_AUTH'],
    ['28000', 'Rolle »pos« existiert nicht', 'DB_AUTH'],
    ['3D000', 'Datenbank »pos« existiert nicht', 'DB_NOT_FOUND'],
    ['53300', 'zu viele Verbindungen', 'DB_TOO_MANY'],
    ['57P03', 'das Datenbanksystem startet', 'DB_STARTING'],
    ['57P01', 'terminating connection due to administrator command', 'DB_CONNECTION_LOST'],
    ['42501', 'permission denied for table orders', 'DB_PERMISSION'],
    ['42501', 'query would be affected by row-level security policy for table "orders"', 'DB_RLS'],
    ['55P03', 'storniere Anfrage wegen Zeitüberschreitung einer Sperre', 'DB_LOCKED'],
    ['40001', 'canceling statement due to conflict with recovery', 'DB_LOCKED'],
    ['08P01', 'unsupported startup parameter: extra_float_digits', 'DB_POOLER'],
    ['XX001', 'invalid page in block 3 of relation base/5/16384', 'SOURCE_DAMAGED'],
    ['XX002', 'index "orders_pkey" contains unexpected zero page', 'SOURCE_DAMAGED'],
    ['58030', 'could not read block 3 in file "base/5/16384": Input/output error', 'SOURCE_DAMAGED'],
    ['58P01', 'could not open file "base/5/16384": No such file or directory', 'SOURCE_DAMAGED'],
    ['42601', 'syntax error at or near "FORM"', 'INTERNAL'],
    ['53200', 'out of memory', 'DUMP_FAILED'],
  ])('%s, %j: %s', (sqlState, message, code) => {
    expect(faultOfSqlState(sqlState, message)).toBe(code)
  })
})

describe('an error without SQLSTATE', () => {
  test.each([
    ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432', 'DB_UNREACHABLE'],
    ['', 'timeout expired', 'DB_UNREACHABLE'],
    ['EPIPE', 'write EPIPE', 'DB_UNREACHABLE'],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND till', 'DB_HOST_UNKNOWN'],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN till', 'DB_HOST_UNKNOWN'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'DB_TLS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', 'DB_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname/IP does not match', 'DB_TLS'],
    ['', 'There was an error establishing an SSL connection', 'DB_TLS'],
  ])('while logging in: %s %j is %s', (code, message, fault) => {
    expect(faultOfConnectError({ code, message })).toEqual({
      code: fault,
      detail: message,
      withoutTls: false,
    })
  })

  test('is told apart when the server has no TLS at all', () => {
    const fault = faultOfConnectError({ code: '', message: 'The server does not support SSL connections' })
    expect(fault).toMatchObject({ code: 'DB_TLS', withoutTls: true })
  })

  test.each([
    ['', 'Connection terminated unexpectedly'],
    ['ECONNRESET', 'read ECONNRESET'],
  ])('while logged in means that the connection is lost: %s %j', (code, message) => {
    expect(faultOfQueryError({ code, message }).code).toBe('DB_CONNECTION_LOST')
  })
})

const server = 'connection to server at "127.0.0.1", port 5432 failed:'
const aborted = 'pg_dump: error: query failed: '
const lock = '\npg_dump: detail: Query was: LOCK TABLE public.orders IN ACCESS SHARE MODE'

describe('what a tool prints', () => {
  test.each([
    [`pg_dump: error: ${server} FATAL:  password authentication failed for user "u"`, 'DB_AUTH'],
    [`pg_dump: error: ${server} fe_sendauth: no password supplied`, 'DB_AUTH'],
    [`pg_dump: error: ${server} FATAL:  role "u" does not exist`, 'DB_AUTH'],
    [`pg_dump: error: ${server} FATAL:  Peer authentication failed for user "u"`, 'DB_AUTH'],
    [`pg_dump: error: ${server} FATAL:  database "d" does not exist`, 'DB_NOT_FOUND'],
    [`pg_dump: error: ${server} Connection refused\n\tIs the server running on that host?`, 'DB_UNREACHABLE'],
    [`pg_dump: error: ${server} timeout expired`, 'DB_UNREACHABLE'],
    [
      'pg_dump: error: could not translate host name "till" to address: Name or service not known',
      'DB_HOST_UNKNOWN',
    ],
    [`pg_dump: error: ${server} FATAL:  the database system is starting up`, 'DB_STARTING'],
    [`pg_dump: error: ${server} FATAL:  too many connections for role "u"`, 'DB_TOO_MANY'],
    [`pg_dump: error: ${server} FATAL:  sorry, too many clients already`, 'DB_TOO_MANY'],
    [`pg_dump: error: ${server} FATAL:  pg_hba.conf rejects connection for host "1.2.3.4"`, 'DB_ACCESS_RULE'],
    [`pg_dump: error: ${server} server does not support SSL, but SSL was required`, 'DB_TLS'],
    [`pg_dump: error: ${server} SSL error: certificate verify failed`, 'DB_TLS'],
    [`pg_dump: error: ${server} root certificate file "/ca.pem" does not exist`, 'DB_TLS'],
    [`${aborted}ERROR:  permission denied for sequence orders_id_seq`, 'DB_PERMISSION'],
    [
      'pg_dump: error: could not open large object 16385: ERROR:  permission denied for large object',
      'DB_PERMISSION',
    ],
    [`${aborted}ERROR:  query would be affected by row-level security policy for table "t"`, 'DB_RLS'],
    [
      `${aborted}FEHLER:  Anfrage würde betroffen\nTIPP:  use ALTER TABLE NO FORCE ROW LEVEL SECURITY.`,
      'DB_RLS',
    ],
    [`${aborted}ERROR:  canceling statement due to statement timeout${lock}`, 'DB_LOCKED'],
    [`${aborted}FEHLER:  storniere Anfrage wegen Zeitüberschreitung der Anfrage${lock}`, 'DB_LOCKED'],
    ['pg_dump: error: aborting because of server version mismatch', 'TOOL_TOO_OLD'],
    ['pg_dump: error: could not write to output file: No space left on device', 'DISK_FULL'],
    [
      'pg_dump: error: Error message from server: ERROR:  invalid page in block 3 of relation base/5/1',
      'SOURCE_DAMAGED',
    ],
    [
      'pg_dump: error: PQgetCopyData() failed.\npg_dump: detail: server closed the connection unexpectedly',
      'DB_CONNECTION_LOST',
    ],
    ['pg_dump: error: SSL SYSCALL error: EOF detected', 'DB_CONNECTION_LOST'],
    ['pg_dump: error: something nobody has seen before', 'DUMP_FAILED'],
    ['', 'DUMP_FAILED'],
  ])('%j is %s', (stderr, code) => {
    expect(faultOfToolText(stderr)).toBe(code)
  })

  test('is judged by its complaints, not by the names it reports with --verbose', () => {
    const reports = [
      'dumping contents of table "public.permission denied"',
      'reading row-level security policies',
    ]
    const verbose = reports.map((report) => `pg_dump: ${report}\n`).join('')
    expect(faultOfToolText(`${verbose}pg_dump: error: PQgetCopyData() failed.`)).toBe('DUMP_FAILED')
    expect(faultOfToolText(`${verbose}pg_dump: error: server closed the connection`)).toBe(
      'DB_CONNECTION_LOST',
    )
  })

  test('never breaks the judgement, binary or 64 kB long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 64 * 1024 }), (stderr) => {
        expect(typeof faultOfToolText(stderr)).toBe('string')
      }),
      { numRuns: 30 },
    )
  })
})

const end = (change: Partial<ToolEnd>): ToolEnd => ({
  how: 'exited',
  code: 0,
  signal: null,
  stderr: '',
  ...change,
})

describe('the end of a tool', () => {
  test.each([
    [end({}), undefined],
    [end({ stderr: 'pg_dump: warning: there are circular foreign keys' }), undefined],
    [end({ how: 'cancelled', code: 1 }), undefined],
    [end({ how: 'timed-out', code: 1 }), 'DUMP_TIMEOUT'],
    [end({ how: 'stalled', code: 1 }), 'DUMP_STALLED'],
    [end({ how: 'killed', code: null, signal: 'SIGKILL' }), 'DUMP_KILLED'],
    [end({ how: 'not-started', code: null, stderr: 'spawn pg_dump ENOENT' }), 'TOOL_NOT_FOUND'],
    [end({ code: 3_221_225_477 }), 'DUMP_KILLED'],
    [end({ code: 1 }), 'DUMP_FAILED'],
    [end({ code: 1, stderr: 'pg_dump: error: Connection refused' }), 'DB_UNREACHABLE'],
  ])('%j is %s', (ended, code) => {
    expect(faultOfToolEnd(ended)?.code).toBe(code)
  })

  test('names both versions when the server is too new', () => {
    const stderr = `pg_dump: error: aborting because of server version mismatch
pg_dump: detail: server version: 18.4; pg_dump version: 15.18 (Debian 15.18-0+deb12u1)`
    expect(faultOfToolEnd(end({ code: 1, stderr }))).toMatchObject({
      code: 'TOOL_TOO_OLD',
      values: { server: '18.4', tool: '15.18' },
    })
  })

  test('keeps the last 20 lines for the technician', () => {
    const stderr = Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join('')
    const lines = faultOfToolEnd(end({ code: 1, stderr }))?.detail.split('\n')
    expect(lines).toHaveLength(20)
    expect(lines?.at(-1)).toBe('line 99')
  })
})
