import { describe, expect, test } from 'vitest'
import {
  certificateCheck,
  mayHelpOtherWay,
  tellingFailure,
  waysToConnect,
  type Failure,
} from '../../../electron/engine/postgres/tls-rules.ts'

const failure = (code: Failure['code'], withoutTls = false): Failure => ({ code, withoutTls, detail: '' })
const noTls = failure('DB_TLS', true)

describe('the ways to connect, in order', () => {
  test.each([
    ['disable', ['plain']],
    ['allow', ['plain', 'tls']],
    ['prefer', ['tls', 'plain']],
    ['require', ['tls']],
    ['verify-ca', ['tls']],
    ['verify-full', ['tls']],
  ] as const)('with %s: %j', (tls, ways) => {
    expect(waysToConnect({ host: 'till', tls })).toEqual(ways)
  })

  test('of a Unix socket never include TLS, whatever was asked', () => {
    expect(waysToConnect({ host: '/var/run/postgresql', tls: 'verify-full' })).toEqual(['plain'])
  })
})

test.each([
  ['prefer', undefined, 'none'],
  ['prefer', '/ca.pem', 'chain'],
  ['require', undefined, 'none'],
  ['require', '/ca.pem', 'chain'],
  ['verify-ca', '/ca.pem', 'chain'],
  ['verify-full', '/ca.pem', 'chain-and-name'],
] as const)('%s with the root certificate %s checks: %s', (tls, rootCertificate, check) => {
  expect(certificateCheck({ tls, ...(rootCertificate ? { rootCertificate } : {}) })).toBe(check)
})

describe('of two failures', () => {
  test.each([
    ['the password, not that the server has no TLS', [noTls, failure('DB_AUTH')], 'DB_AUTH'],
    ['the password, not the rule against plain', [failure('DB_AUTH'), failure('DB_ACCESS_RULE')], 'DB_AUTH'],
    ['the certificate, not the rule against plain', [failure('DB_TLS'), failure('DB_ACCESS_RULE')], 'DB_TLS'],
    ['the rule, not that the server has no TLS', [failure('DB_ACCESS_RULE'), noTls], 'DB_ACCESS_RULE'],
    ['the unknown database over everything', [failure('DB_AUTH'), failure('DB_NOT_FOUND')], 'DB_NOT_FOUND'],
    ['the missing TLS when nothing else is known', [noTls], 'DB_TLS'],
  ])('%s is told', (_, failures, code) => {
    expect(tellingFailure(failures)?.code).toBe(code)
  })

  test('the second way is tried only where it may help', () => {
    const tried = (
      ['DB_TLS', 'DB_ACCESS_RULE', 'DB_AUTH', 'DB_UNREACHABLE', 'DB_NOT_FOUND', 'DB_TOO_MANY'] as const
    ).filter((code) => mayHelpOtherWay(failure(code)))
    expect(tried).toEqual(['DB_TLS', 'DB_ACCESS_RULE', 'DB_AUTH'])
  })
})
