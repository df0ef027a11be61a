import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { looksPooled, parseConnectionText } from '../../../electron/engine/postgres/connection-rules.ts'

const connectionOf = (text: string) => {
  const read = parseConnectionText(text)
  if ('problem' in read) throw new Error(read.problem)
  return read.connection
}
const problemOf = (text: string): string => {
  const read = parseConnectionText(text)
  return 'problem' in read ? read.problem : 'none'
}

const parts = (text: string) => {
  const { server, password } = connectionOf(text)
  return { ...server, password }
}
const quote = (value: string): string => `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`

describe('a URL', () => {
  test('gives every part, percent-decoded', () => {
    const text =
      'postgresql://caf%C3%A9:p%40ss%2F%25@till.local:5433/my%20shop?sslmode=verify-ca&sslrootcert=%2Fca.pem'
    expect(connectionOf(text)).toEqual({
      server: {
        host: 'till.local',
        port: 5433,
        user: 'café',
        database: 'my shop',
        tls: 'verify-ca',
        rootCertificate: '/ca.pem',
      },
      password: 'p@ss/%',
      pooled: false,
    })
  })

  test('takes libpq’s defaults for what it leaves out', () => {
    expect(connectionOf('postgres://pos@till').server).toEqual({
      host: 'till',
      port: 5432,
      user: 'pos',
      database: 'pos',
      tls: 'prefer',
    })
    expect(connectionOf('postgres://pos@/shop').server.host).toBe('localhost')
  })

  test.each([
    ['an IPv6 address in brackets', 'postgres://u@[2001:db8::1]:6000/d', '2001:db8::1', 6000],
    [
      'a socket folder as a parameter',
      'postgres:///d?host=/var/run/postgresql&user=u',
      '/var/run/postgresql',
      5432,
    ],
    ['a socket folder in place of the host', 'postgres://u@%2Ftmp/d', '/tmp', 5432],
    ['an empty port', 'postgres://u@h:/d', 'h', 5432],
    ['a port as a parameter, which wins', 'postgres://u@h:1/d?port=2', 'h', 2],
    ['an address instead of a name', 'postgres://u@/d?hostaddr=10.0.0.7', '10.0.0.7', 5432],
  ])('may name %s', (_, text, host, port) => {
    expect(connectionOf(text).server).toMatchObject({ host, port })
  })

  test('may hold a bare @ in the password, as people paste it', () => {
    expect(connectionOf('postgres://u:a@b@c@h/d')).toMatchObject({ password: 'a@b@c', server: { host: 'h' } })
  })

  test.each([
    'postgres://u:pw@h/d?schema=public&connection_limit=5&pool_timeout=3',
    'postgres://u:pw@h/d?application_name=x&connect_timeout=10&keepalives=1',
    'postgresql+psycopg2://u:pw@h/d',
    'jdbc:postgresql://h/d?user=u&password=pw',
    'DATABASE_URL="postgresql://u:pw@h/d"',
    "export DATABASE_URL='postgres://u:pw@h/d'",
    '  postgres://u:pw@h/d\n',
  ])('of another program means the same: %s', (text) => {
    expect(connectionOf(text)).toEqual(connectionOf('postgres://u:pw@h/d'))
  })

  test.each([
    ['ssl=true', 'require'],
    ['sslmode=no-verify', 'require'],
    ['sslmode=disable', 'disable'],
    ['sslmode=verify-full', 'verify-full'],
  ])('with %s asks for TLS as %s', (parameter, tls) => {
    expect(connectionOf(`postgres://u@h/d?${parameter}`).server.tls).toBe(tls)
  })
})

describe('a line of name=value', () => {
  test('may have spaces around the equals sign, quotes and backslashes', () => {
    const text = String.raw`host = till  user='O\'Brien' password='back\\slash and space' dbname=a\ b port=5433`
    expect(connectionOf(text)).toMatchObject({
      server: { host: 'till', user: "O'Brien", database: 'a b', port: 5433 },
      password: String.raw`back\slash and space`,
    })
  })

  test('takes the last of several, and an empty value for none', () => {
    const { server, password } = connectionOf("host=a host=b user=u password=''")
    expect([server.host, password]).toEqual(['b', undefined])
  })
})

describe('a pooler', () => {
  test.each([
    ['postgres://u@aws-0-eu-central-1.pooler.supabase.com:6543/postgres', true],
    ['postgres://u@db.abcdefg.supabase.co:6543/postgres', true],
    ['postgres://u@aws-0-eu-central-1.pooler.supabase.com:5432/postgres', false],
    ['postgres://u@ep-cool-1-pooler.eu-central-1.aws.neon.tech/shop', true],
    ['postgres://u@ep-cool-1-pooler.us-east-1.postgres.vercel-storage.com/verceldb', true],
    ['postgres://u@ep-cool-1.eu-central-1.aws.neon.tech/shop', false],
    ['postgres://u@till.local/shop?pgbouncer=true', true],
    ['postgres://u@till.local:6543/shop', false],
  ])('%s: %s', (text, pooled) => {
    expect(connectionOf(text).pooled).toBe(pooled)
  })

  test('is known by host and port alone, however they were entered', () => {
    expect(looksPooled({ host: 'aws-0-eu.pooler.SUPABASE.com', port: 6543 })).toBe(true)
  })
})

describe('what cannot be used', () => {
  test.each([
    ['', 'no user'],
    ['till.local', 'neither'],
    ['mysql://u@h/d', 'neither'],
    ['postgres://h/d', 'no user'],
    ['postgres://u@h1,h2/d', 'several servers'],
    ['postgres://u@h1:5432,h2:5433/d', 'several servers'],
    ['host=h1,h2 user=u', 'several servers'],
    ['host=h hostaddr=10.0.0.7 user=u', 'Name one of them'],
    ['postgres://u@h:0/d', 'port is not'],
    ['postgres://u@h:65536/d', 'port is not'],
    ['host=h user=u port=x', 'port is not'],
    ['postgres://u@h/d?sslmode=sometimes', 'sslmode'],
    ['postgres://u@h/d?sslcert=/me.crt', 'sslcert'],
    ['service=till user=u', 'service'],
    ["host=h user='u", 'neither'],
    ['postgres://u:100%@h/d', '%25'],
    ['postgres://u:a/b@h/d', '%2F'],
    ['postgres://u@h/d%00', 'character'],
    ['host=h\0 user=u', 'character'],
  ])('%j is refused with a sentence', (text, sentence) => {
    expect(problemOf(text)).toContain(sentence)
  })

  test('may also be too long for any server', () => {
    expect(problemOf(`postgres://u@h/${'d'.repeat(5000)}`)).toContain('too long')
  })

  test('is never repeated: the sentence holds no part of a password', () => {
    const broken = [
      'postgres://u:S3cret@h:x/d',
      'postgres://u:S3cret%@h/d',
      'postgres://u:/S3cret@h',
      "password='S3cret",
    ]
    const more = [
      'password=S3cret',
      'S3cret',
      'postgres://u@h/d?sslmode=S3cret',
      'host=S3cret,h user=u port=S3cret',
    ]
    expect([...broken, ...more].map(problemOf).join(' ')).not.toContain('S3cret')
  })

  test('never throws, whatever is pasted', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((rest) => `postgres://${rest}`),
        ),
        (text) => {
          const read = parseConnectionText(text)
          expect('problem' in read ? read.problem : read.connection.server.user).not.toBe('')
        },
      ),
    )
  })
})

describe('there and back', () => {
  const words = fc
    .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
    .filter((text) => !text.includes('\0'))
  const connections = fc.record({
    host: fc.oneof(fc.constantFrom('till.local', '10.0.0.7', '::1', '/var/run/postgresql'), fc.domain()),
    port: fc.integer({ min: 1, max: 65_535 }),
    user: words,
    database: words,
    password: words,
    tls: fc.constantFrom('disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'),
  })

  test('any connection written as a URL reads as itself', () => {
    fc.assert(
      fc.property(connections, (connection) => {
        const { host, port, user, database, password, tls } = connection
        const [place, who, secret, name] = [host, user, password, database].map(encodeURIComponent)
        const address = host.includes(':') ? `[${host}]` : place
        expect(parts(`postgresql://${who}:${secret}@${address}:${port}/${name}?sslmode=${tls}`)).toEqual(
          connection,
        )
      }),
    )
  })

  test('any connection written as name=value reads as itself', () => {
    fc.assert(
      fc.property(connections, (connection) => {
        const { host, port, user, database, password, tls } = connection
        const [who, secret, name] = [user, password, database].map(quote)
        const text = `host=${host} port=${port} user=${who} password=${secret} dbname=${name} sslmode=${tls}`
        expect(parts(text)).toEqual(connection)
      }),
    )
  })
})
