/** What pg_dump writes. `directory` is a folder, the others are one file. */
export type ForeignKind = 'custom' | 'tar' | 'directory' | 'sql'

/** What the first bytes tell; `problem` goes on after “cannot read:”, in words for a technician. */
export type Seen = { readonly kind: ForeignKind | 'gzip' } | { readonly problem: string }

/** As many of the first bytes as a verdict may need. */
export const headBytes = 64 * 1024

/** Says what a file is by its first bytes; its name says nothing. */
export function lookAtHead(head: Uint8Array): Seen {
  if (head.length === 0) return { problem: 'it is empty' }
  if (startsWith(head, [0x1f, 0x8b])) return { kind: 'gzip' }
  const text = latin.decode(head)
  if (text.startsWith('PGDMP')) return archiveOf(head)
  if (text.slice(257, 262) === 'ustar') return tarOf(text)
  const other = others.find(([beginning]) => text.startsWith(beginning))
  if (other !== undefined) return { problem: other[1] }
  return head.includes(0) ? { problem: 'its first bytes are those of no backup' } : textOf(text)
}

/** Says what a folder is by the names in it. */
export const lookAtFolder = (names: readonly string[]): Seen =>
  names.includes('toc.dat') ? { kind: 'directory' } : { problem: 'the folder holds no toc.dat' }

/** One character for each byte, so that nothing is lost and nothing fails. */
const latin = new TextDecoder('latin1')

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean =>
  bytes.every((byte, at) => head[at] === byte)

const others: readonly (readonly [beginning: string, problem: string])[] = [
  ['(µ/ý', 'it is packed with zstd; unpack it first (zstd -d)'],
  ['ý7zXZ\u0000', 'it is packed with xz; unpack it first (xz -d)'],
  ['BZh', 'it is packed with bzip2; unpack it first (bzip2 -d)'],
  ['PK\u0003\u0004', 'it is a ZIP file; unpack it first'],
  ['age-encryption.org/v1', 'it is encrypted; decrypt it first (age -d)'],
  ['-----BEGIN AGE ENCRYPTED FILE', 'it is encrypted; decrypt it first (age -d)'],
  // What PowerShell makes of a dump with `>`; names and data may have suffered.
  ['\u00FF\u00FE', 'it is text in UTF-16; dump it again with pg_dump --file'],
  ['\u00FE\u00FF', 'it is text in UTF-16; dump it again with pg_dump --file'],
]

/** Magic, three bytes of version, the sizes of int and offset, then the format (pg_backup_archiver.c, ReadHead). */
const formatByte = 10

function archiveOf(head: Uint8Array): Seen {
  const format = head[formatByte]
  if (format === 1) return { kind: 'custom' }
  const isToc = format === 3 || format === 5
  if (isToc) return { problem: 'it is only the table of contents of a backup; choose the whole folder' }
  return { problem: 'its header is damaged' }
}

/** pg_dump puts its table of contents first. */
const tarOf = (text: string): Seen =>
  text.startsWith('toc.dat\u0000')
    ? { kind: 'tar' }
    : { problem: 'it is a tar file that another program has packed; unpack it first' }

/** Encodings in which the second byte of a character may be a backslash or a letter of ASCII. */
const ambiguous = /^SET client_encoding (?:=|TO) '((?:SJIS|SHIFT_JIS\w*|BIG5|GBK|GB18030|UHC|JOHAB))'/im

const beginnings =
  /^(?:set|select|create|alter|drop|begin|start|insert|copy|do|grant|revoke|comment|truncate|lock|with|update|delete|call|reset|analyze|vacuum|security|refresh|import|discard)\b/i

/** Old and new versions of pg_dump begin with other statements, and people edit what they get. */
function textOf(text: string): Seen {
  if (/^-- PostgreSQL database cluster dump\s*$/m.test(text)) return { problem: wholeServer }
  if (/^-- (?:MySQL|MariaDB) dump/.test(text)) return { problem: 'it is a backup of MySQL or MariaDB' }
  const [, encoding] = ambiguous.exec(text) ?? []
  if (encoding !== undefined) {
    return { problem: `it is written in ${encoding}; dump it again with pg_dump --encoding=UTF8` }
  }
  const first = text.replace(/^ï»¿/, '').replace(beforeFirst, '')
  // Nothing but comments in so many bytes, perhaps cut off in a dash: what follows them will tell.
  if (/^[-/]?$/.test(first) || beginnings.test(first)) return { kind: 'sql' }
  return { problem: 'it is text, and no SQL' }
}

export const wholeServer =
  'it holds a whole server (pg_dumpall); choose a backup of one database, made with pg_dump'

/** Space, comments, and the line with which pg_dump keeps psql from running programs. */
const beforeFirst = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[^]*?(?:\*\/|$)|\\restrict [^\n]*(?:\n|$))*/

/** What pg_restore says of a file that is damaged or not for it, and not of what is in it. */
const damages: readonly (readonly [said: RegExp, problem: string])[] = [
  [
    /unsupported version \([\d.]+\) in file header/,
    'a newer pg_dump wrote it than the PostgreSQL tools here know',
  ],
  [
    new RegExp(
      [
        'unexpected end of file|could not read from input file|could not uncompress|compressed data',
        'could not (?:find|read from|read) block|found unexpected block ID|unexpected data offset',
        'corrupt tar header|incomplete tar header|could not find header for file|did not find magic string',
        'does not appear to be a valid|unrecognized (?:file format|data block type)|entry ID \\d+ out of range',
        'could not (?:open|close|read) (?:TOC|input|data|large object)|in large object TOC file',
      ].join('|'),
    ),
    'it is damaged or stops in the middle',
  ],
]

/** Undefined when the tool complained about something else. */
export const archiveProblem = (stderr: string): string | undefined =>
  damages.find(([said]) =>
    said.test(
      stderr
        .split('\n')
        .filter((line) => line.startsWith('pg_restore: error: '))
        .join('\n'),
    ),
  )?.[1]
