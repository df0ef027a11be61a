import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { missingRoleStatements } from '../../../electron/engine/restore/globals-rules.ts'

const globals = String.raw`--
-- PostgreSQL database cluster dump
--

\restrict nP3Kx

SET default_transaction_read_only = off;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

CREATE ROLE anna;
ALTER ROLE anna WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 3 PASSWORD 'SCRAM-SHA-256$4096:c2Fs$a:b=' VALID UNTIL '2030-01-01 00:00:00+00';
COMMENT ON ROLE anna IS 'serves;
tables 1 -- 9, isn''t a cook';
CREATE ROLE "Köche";
ALTER ROLE "Köche" WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE "Köche" IS E'C:\\kitchen''s';
CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS PASSWORD 'md5abc';
COMMENT ON ROLE postgres IS 'x''; ALTER ROLE anna WITH SUPERUSER; --';

-- User Config "anna"
ALTER ROLE anna SET search_path TO 'till', '$user';
ALTER ROLE anna SET "till.branch" TO E'a\\b';
ALTER ROLE postgres SET work_mem TO '64MB';
GRANT "Köche" TO anna WITH ADMIN OPTION, INHERIT FALSE GRANTED BY postgres;
GRANT pg_monitor TO "Köche" GRANTED BY postgres;
GRANT "Köche" TO postgres WITH INHERIT TRUE, SET FALSE GRANTED BY postgres;
CREATE TABLESPACE disk2 OWNER anna LOCATION '/mnt/disk2';
GRANT ALL ON TABLESPACE disk2 TO anna;
ALTER ROLE anna IN DATABASE till SET work_mem TO '8MB';
\unrestrict nP3Kx
`

describe('the statements for missing roles', () => {
  test('make one role with everything that is its own', () => {
    expect(missingRoleStatements(globals, ['anna'])).toEqual([
      `CREATE ROLE "anna" WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 3 PASSWORD 'SCRAM-SHA-256$4096:c2Fs$a:b=' VALID UNTIL '2030-01-01 00:00:00+00'`,
      `COMMENT ON ROLE "anna" IS 'serves;\ntables 1 -- 9, isn''t a cook'`,
      'GRANT "Köche" TO "anna" WITH ADMIN OPTION, INHERIT FALSE',
      `ALTER ROLE "anna" SET "search_path" TO 'till', '$user'`,
      String.raw`ALTER ROLE "anna" SET "till.branch" TO E'a\\b'`,
    ])
  })

  test('make all roles before the first membership', () => {
    const statements = missingRoleStatements(globals, ['Köche', 'anna'])
    expect(statements.map((statement) => statement.split(' ').slice(0, 3).join(' '))).toEqual([
      'CREATE ROLE "Köche"',
      'CREATE ROLE "anna"',
      'COMMENT ON ROLE',
      'COMMENT ON ROLE',
      'GRANT "Köche" TO',
      'GRANT pg_monitor TO'.replace('pg_monitor', '"pg_monitor"'),
      'GRANT "Köche" TO',
      'ALTER ROLE "anna"',
      'ALTER ROLE "anna"',
    ])
    expect(statements).toContain(String.raw`COMMENT ON ROLE "Köche" IS E'C:\\kitchen''s'`)
    expect(statements).toContain('GRANT "Köche" TO "postgres" WITH INHERIT TRUE, SET FALSE')
  })

  test('leave out memberships with roles that the server does not have, where those are known', () => {
    const statements = missingRoleStatements(globals, ['Köche'], ['postgres', 'pg_monitor'])
    expect(statements.filter((statement) => statement.startsWith('GRANT'))).toEqual([
      'GRANT "pg_monitor" TO "Köche"',
      'GRANT "Köche" TO "postgres" WITH INHERIT TRUE, SET FALSE',
    ])
  })

  test('make a role that the text does not know without any right', () => {
    expect(missingRoleStatements(globals, ['Frau "O\'Hara"'])).toEqual([
      `CREATE ROLE "Frau ""O'Hara""" NOLOGIN`,
    ])
    expect(missingRoleStatements('', ['ghost', 'ghost'])).toEqual(['CREATE ROLE "ghost" NOLOGIN'])
  })

  test('are none when nothing is missing', () => {
    expect(missingRoleStatements(globals, [])).toEqual([])
  })

  test('unite what several people granted', () => {
    const granted =
      'GRANT a TO b WITH INHERIT FALSE GRANTED BY c; GRANT a TO b WITH ADMIN OPTION, INHERIT TRUE, SET FALSE;'
    expect(missingRoleStatements(granted, ['a'])).toEqual([
      'CREATE ROLE "a" NOLOGIN',
      'GRANT "a" TO "b" WITH ADMIN OPTION, INHERIT TRUE',
    ])
  })

  test('mean the same text on a server that reads backslashes in any string', () => {
    const [, comment] = missingRoleStatements(String.raw`COMMENT ON ROLE a IS 'C:\till';`, ['a'])
    expect(comment).toBe(String.raw`COMMENT ON ROLE "a" IS E'C:\\till'`)
  })

  test.each([
    ['never ends', "CREATE ROLE a; ALTER ROLE a WITH SUPERUSER PASSWORD 'x"],
    ['holds something unknown', 'ALTER ROLE a WITH SUPERUSER USER b;'],
    ['is two in one', "ALTER ROLE a SET x TO 'y' SUPERUSER;"],
    ['hides in a string', "COMMENT ON DATABASE d IS 'ALTER ROLE a WITH SUPERUSER;';"],
    ['hides in a comment', '-- ALTER ROLE a WITH SUPERUSER;\n/* ALTER ROLE a WITH SUPERUSER; */'],
    ['is for psql', String.raw`\! ALTER ROLE a WITH SUPERUSER;`],
  ])('are not made from a statement that %s', (_, text) => {
    expect(missingRoleStatements(text, ['a'])).toEqual(['CREATE ROLE "a" NOLOGIN'])
  })
})

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
const text = (value: string): string =>
  value.includes('\\')
    ? ` E'${value.replaceAll('\\', String.raw`\\`).replaceAll("'", "''")}'`
    : `'${value.replaceAll("'", "''")}'`

const someName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const someText = fc.string({
  unit: fc.constantFrom("'", '"', '\\', ';', '\n', '-', '$', 'a', ' ', 'é'),
  maxLength: 12,
})
const roles = fc.uniqueArray(
  fc.record({ name: someName, password: someText, comment: someText, login: fc.boolean() }),
  {
    selector: ({ name }) => name,
    minLength: 1,
    maxLength: 6,
  },
)

/** As pg_dumpall writes them. */
const written = (
  all: readonly { name: string; password: string; comment: string; login: boolean }[],
): string =>
  all
    .map(
      ({ name, password, comment, login }) =>
        `CREATE ROLE ${quoted(name)};\nALTER ROLE ${quoted(name)} WITH NOSUPERUSER ${login ? '' : 'NO'}LOGIN PASSWORD ${text(password)};
COMMENT ON ROLE ${quoted(name)} IS ${text(comment)};\nALTER ROLE ${quoted(name)} SET application_name TO ${text(comment)};\n`,
    )
    .join('\n')

describe('whatever the globals are', () => {
  test('every missing role is made as it was, and no other is touched', () => {
    fc.assert(
      fc.property(roles, fc.array(fc.boolean()), (all, choice) => {
        const missing = all.filter((_, index) => choice[index])
        const statements = missingRoleStatements(
          written(all),
          missing.map(({ name }) => name),
        )
        const { made, told, set } = {
          made: missing.map(
            ({ name, password, login }) =>
              `CREATE ROLE ${quoted(name)} WITH NOSUPERUSER ${login ? '' : 'NO'}LOGIN PASSWORD ${text(password).trim()}`,
          ),
          told: missing.map(
            ({ name, comment }) => `COMMENT ON ROLE ${quoted(name)} IS ${text(comment).trim()}`,
          ),
          set: missing.map(
            ({ name, comment }) =>
              `ALTER ROLE ${quoted(name)} SET "application_name" TO ${text(comment).trim()}`,
          ),
        }
        expect(statements).toEqual([...made, ...told, ...set])
      }),
    )
  })

  test('nothing comes out that is not about a missing role', () => {
    const words =
      'CREATE ALTER ROLE GRANT TO WITH COMMENT ON IS SET IN DATABASE SUPERUSER LOGIN PASSWORD ADMIN OPTION GRANTED BY DROP OWNED'
    const odd = [
      'a',
      'b',
      '"b"',
      '"a;b"',
      "'x'",
      String.raw`E'\''`,
      "'",
      '"',
      ';',
      ',',
      '--',
      '\n',
      '\\',
      '/*',
      '$$',
    ]
    const whole = [
      'ALTER ROLE b WITH SUPERUSER ;',
      'GRANT a TO b',
      'GRANT b TO a WITH ADMIN OPTION ;',
      'ALTER ROLE a SET',
    ]
    const pieces = fc.constantFrom(...words.split(' '), ...odd, ...whole)
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const [first, ...others] = missingRoleStatements(parts.join(' '), ['a'])
        expect(first).toMatch(/^CREATE ROLE "a" (?:NOLOGIN|WITH )/)
        for (const statement of others)
          expect(statement).toMatch(
            /^(?:COMMENT ON ROLE "a" IS |GRANT "a" TO "|GRANT ".+" TO "a"|ALTER ROLE "a" SET ")/s,
          )
      }),
    )
  })
})
