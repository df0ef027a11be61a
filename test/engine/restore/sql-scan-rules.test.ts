import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanSql } from '../../../electron/engine/restore/sql-scan-rules.ts'

interface Scanned {
  readonly text: string
  readonly problem: string | undefined
}

/** Scans a text that comes in pieces of `size` bytes. */
function scanned(text: string | Uint8Array, size = 1 << 20): Scanned {
  const bytes = Buffer.from(text)
  const scan = scanSql()
  const passed: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size)
    passed.push(...scan.push(bytes.subarray(at, at + size)).map((piece) => Uint8Array.from(piece)))
  return { text: Buffer.concat(passed).toString(), problem: scan.end() }
}

const harmless = [
  String.raw`SELECT 'C:\till\! x';`,
  String.raw`SELECT E'it\'s \\', 'x';`,
  String.raw`SELECT E'a''\' \! b';`,
  String.raw`CREATE TABLE "odd \! name" (a text DEFAULT 'x\');`,
  '-- \\! a comment\n/* \\! another /* nested \\! */ \\! */ SELECT 1;',
  "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $_$ SELECT $$\n\\! no command$$ || '$_' $_$;",
  'SELECT a$b, $1, $2$3 FROM "t$x$";',
  'COPY t (a, b) FROM stdin;\n\\! a row\n\\.x\n\\\\.\n\'"$$ -- /*\n\\.\nSELECT 1;',
  'COPY public.t FROM STDIN WITH (FORMAT text);\r\n1\t\\N\r\n\\.\r\nSELECT 1;',
  'copy "FROM stdin" TO stdout;\nSELECT 1;',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;\nSELECT 1;',
  'CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM u; DELETE FROM v);',
  "SELECT 'é\\', $é$ \\ $é$, U&'\\0061', b'1', x'ff' -- end",
  'SELECT 8 * -1 /2, a -> b, 5-3;',
]

describe('the text of a dump', () => {
  test.each(harmless)('passes as it is: %s', (text) => {
    expect(scanned(text)).toEqual({ text, problem: undefined })
  })

  test('loses only the lines that guard it, and keeps their ends', () => {
    const text = '--\n\\restrict aB3\n\nSELECT 1;\r\n\\unrestrict aB3\r\nSELECT 2;\n\\restrict x'
    expect(scanned(text)).toEqual({
      text: '--\n\n\nSELECT 1;\r\n\nSELECT 2;\n',
      problem: undefined,
    })
  })

  test.each([
    ['\\! id\n', 1],
    ['SELECT 1;\n\\! id\n', 2],
    ['SELECT 1 \\! id\n', 1],
    ['SELECT 1; \\g |id\n', 1],
    [' \\restrict a\n', 1],
    ['\\restrict `id`\n', 1],
    ['\\unrestrict a b\n', 1],
    ['\\connect other\n', 1],
    ['\\.\n', 1],
    ["SELECT 'a\n\\b';\n\\! id\n", 3],
    ["SELECT 'x\\';\n\\! id\n--'\n", 2],
    ["SELECT E'x\\\\';\n\\! id\n--'\n", 2],
    ['SELECT "x\\";\n\\! id\n--"\n', 2],
    ['SELECT $$x$$;\n\\! id\n--$$\n', 2],
    ['SELECT $a$ $b$ $a$;\n\\! id\n--$b$\n', 2],
    ['SELECT a$$;\n\\! id\n--$$\n', 2],
    ['-- x\r\\! id\n', 1],
    ['/*/ */\n\\! id\n/* */', 2],
    ['/* /* */ */\n\\! id\n', 2],
    ['COPY t FROM stdin;\n1\n\\.\n\\! id\n', 4],
    ['COPY (SELECT 1 FROM stdin) TO stdout;\n\\! id\n\\.\n', 2],
    ["COPY t FROM 'x' /* FROM stdin */;\n\\! id\n\\.\n", 2],
    ['COPY "t FROM stdin";\n\\! id\n\\.\n', 2],
    ['SELECT $$COPY t$$ FROM stdin;\n\\! id\n\\.\n', 2],
    ['CREATE FUNCTION f() BEGIN ATOMIC COPY t FROM stdin;\n\\! id\n\\.\nEND;', 2],
    ['COPY t FROM stdin (;\n\\! id\n\\.\n', 2],
  ])('with a command to psql is refused: %j', (text, line) => {
    for (const size of [1, 7, 1 << 20]) {
      const { problem } = scanned(text, size)
      expect(problem).toBe(`line ${line} holds a command to psql itself, which could run any program`)
    }
  })

  test.each([
    ['COPY t FROM stdin; SELECT 1;\n', 'line 1 goes on after a COPY … FROM stdin'],
    ["COPY t FROM stdin;;\n'\n\\.\n\\! id\n'", 'line 1 goes on after a COPY … FROM stdin'],
    ["SELECT E'a'\n'\\'\n\\! id\n';", 'line 2 goes on with a text of another line'],
    ['SELECT 1;\u0000\n', 'a byte of line 1 or later is no text'],
    ['--\n-- PostgreSQL database cluster dump\n--\n', expect.stringContaining('pg_dumpall')],
  ])('with what two readers may read differently is refused: %j', (text, problem) => {
    expect(scanned(text).problem).toEqual(problem)
    expect(scanned(text, 1).problem).toEqual(problem)
  })

  test('never leads past a command, wherever it stands between statements', () => {
    const between = fc.array(fc.constantFrom(...harmless), { maxLength: 5 })
    fc.assert(
      fc.property(between, between, fc.integer({ min: 1, max: 40 }), (before, after, size) => {
        const start = before.map((text) => `${text}\n;\n`).join('')
        const { problem, text } = scanned(`${start}\\! id\n${after.join('\n')}`, size)
        expect(problem).toBe(
          `line ${start.split('\n').length} holds a command to psql itself, which could run any program`,
        )
        expect(text).not.toContain('\\! id\n')
      }),
    )
  })

  test('passes the same in pieces of any size', () => {
    const odd = fc.constantFrom(
      "'",
      '"',
      '$',
      '$a$',
      'E',
      '\\',
      '\n',
      '-',
      '/',
      '*',
      ';',
      ' ',
      'COPY t FROM stdin',
      '\\.\n',
      'x',
    )
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const [whole, cut] = [scanned(parts.join('')), scanned(parts.join(''), size)]
        expect(cut.problem).toBe(whole.problem)
        if (whole.problem === undefined) expect(cut.text).toBe(whole.text)
      }),
    )
  })

  test.each([
    "SELECT 'x",
    'SELECT "x',
    'SELECT $$x',
    '/* x',
    'COPY t FROM stdin;\n1\n',
    'COPY t FROM stdin;',
  ])('that stops in the middle is refused: %j', (text) => {
    expect(scanned(text).problem).toBe('it stops in the middle')
  })

  test('of pg_dump is whole only with its last line', () => {
    const dump = '--\n-- PostgreSQL database dump\n--\nSELECT 1;\n'
    expect(scanned(dump).problem).toBe('it stops in the middle')
    for (const ending of ['', '\n', '\n--\n\n\\unrestrict x\n'])
      expect(scanned(`${dump}-- PostgreSQL database dump complete${ending}`).problem).toBeUndefined()
  })
})
