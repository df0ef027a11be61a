// The beginning of an archive in pg_dump's custom format (PostgreSQL's pg_backup_archiver.c): a header and a table of
// contents. An integer is a sign byte and four bytes, the smallest first; a string is its length and its bytes, or
// the length -1 for none.

/** One entry of the table of contents. */
interface TocEntry {
  readonly id: number
  /** What the archive says about where its data is. */
  readonly data: 'unknown' | 'known' | 'none'
  /** Where it says so: a byte for the above, then eight for the offset. */
  readonly place: number
}

export interface Toc {
  readonly entries: readonly TocEntry[]
  /** Where the table ends and the first block of data begins. */
  readonly end: number
}

/** Why bytes could not be read. `short`: there may be more after them; `strange`: no archive as we know it. */
type Unreadable = 'short' | 'strange'

/** pg_dump 9.0 writes the first of these, pg_dump 18 the last. */
const versions = { first: 12, last: 16 }
/** K_OFFSET_POS_NOT_SET, K_OFFSET_POS_SET and K_OFFSET_NO_DATA. */
const states: Readonly<Record<number, TocEntry['data']>> = { 1: 'unknown', 2: 'known', 3: 'none' }
const known = 2
const mostEntries = 10_000_000

/** Reads header and table of contents of an uncompressed archive from its first bytes. */
export function readToc(bytes: Uint8Array): Toc | Unreadable {
  const reader = readerOf(bytes)
  const version = readHeader(reader)
  const count = reader.integer()
  if (count < 0 || count > mostEntries) reader.giveUp('strange')
  const entries: TocEntry[] = []
  while (entries.length < count && reader.problem === undefined) entries.push(readEntry(reader, version))
  return reader.problem ?? { entries, end: reader.at }
}

/** Returns the minor version of the format, which decides what an entry has. */
function readHeader(reader: Reader): number {
  for (const letter of 'PGDMP') reader.expect(letter.charCodeAt(0))
  reader.expect(1)
  const version = reader.byte()
  if (version < versions.first || version > versions.last) reader.giveUp('strange')
  reader.byte()
  const [integerBytes, offsetBytes, customFormat] = [4, 8, 1]
  reader.expect(integerBytes)
  reader.expect(offsetBytes)
  reader.expect(customFormat)
  const compression = version >= 15 ? reader.byte() : reader.integer()
  if (compression !== 0) reader.giveUp('strange')
  // When it was made, as seven numbers; name of the database; versions of the server and of pg_dump.
  reader.skipIntegers(7)
  reader.skipStrings(3)
  return version
}

function readEntry(reader: Reader, version: number): TocEntry {
  const id = reader.integer()
  // Whether pg_dump had data for it, then catalogue, oid, tag and kind, then the section.
  reader.skipIntegers(1)
  reader.skipStrings(4)
  reader.skipIntegers(1)
  // How to make, drop and fill it; schema; tablespace; access method; kind of relation; owner; "with oids".
  reader.skipStrings(version >= 14 ? 6 : 5)
  if (version >= 16) reader.skipIntegers(1)
  reader.skipStrings(2)
  // What it depends on, up to a string that is none.
  while (reader.skipString());
  const place = reader.at
  const data = states[reader.byte()]
  reader.skip(8)
  if (id <= 0 || data === undefined) reader.giveUp('strange')
  return { id, data: data ?? 'none', place }
}

/** Reads on from `at`. The first problem stays, and everything read after it means nothing. */
interface Reader {
  readonly at: number
  readonly problem: Unreadable | undefined
  giveUp(problem: Unreadable): void
  skip(bytes: number): void
  byte(): number
  expect(value: number): void
  integer(): number
  /** False when there is none. */
  skipString(): boolean
  skipStrings(count: number): void
  skipIntegers(count: number): void
}

function readerOf(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let problem: Unreadable | undefined
  const giveUp = (found: Unreadable): void => void (problem ??= found)
  const take = (count: number): number | undefined => {
    if (at + count > bytes.length) giveUp('short')
    if (problem !== undefined) return undefined
    at += count
    return at - count
  }
  const byte = (): number => {
    const from = take(1)
    return from === undefined ? 0 : view.getUint8(from)
  }
  const integer = (): number => {
    const from = take(5)
    if (from === undefined) return 0
    const sign = view.getUint8(from)
    if (sign > 1) giveUp('strange')
    return (sign === 1 ? -1 : 1) * view.getUint32(from + 1, true)
  }
  const skipString = (): boolean => {
    const length = integer()
    if (length < -1) giveUp('strange')
    take(Math.max(length, 0))
    return length >= 0 && problem === undefined
  }
  return {
    get at() {
      return at
    },
    get problem() {
      return problem
    },
    giveUp,
    skip: (count) => void take(count),
    byte,
    expect: (value) => void (byte() === value || giveUp('strange')),
    integer,
    skipString,
    skipStrings: (count) => repeat(count, skipString),
    skipIntegers: (count) => repeat(count, integer),
  }
}

function repeat(count: number, work: () => unknown): void {
  for (let done = 0; done < count; done += 1) work()
}

/**
 * Writes into the first bytes of an archive where the data of each entry begins, as pg_dump does in a file that it can
 * go back in. Returns false, and leaves them alone, unless these are exactly the blocks that the table knows of.
 */
export function fillIn(bytes: Uint8Array, { entries }: Toc, blocks: ReadonlyMap<number, number>): boolean {
  const lacking = entries.filter(({ data }) => data === 'unknown')
  const ids = new Set(lacking.map(({ id }) => id))
  const isWhole = ids.size === lacking.length && ids.size === blocks.size
  if (!isWhole || entries.some(({ data }) => data === 'known')) return false
  const places = lacking.map(({ id, place }) => ({ place, offset: blocks.get(id) }))
  if (places.some(({ offset }) => offset === undefined)) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const { place, offset = 0 } of places) {
    view.setUint8(place, known)
    view.setBigUint64(place + 1, BigInt(offset), true)
  }
  return true
}
