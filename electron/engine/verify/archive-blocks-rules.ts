// The data of an archive in pg_dump's custom format (PostgreSQL's pg_backup_custom.c): blocks until the file ends. A
// block has its type, the id of its entry, and chunks, each with its length, up to a length of zero. A block of large
// objects has several such rows of chunks, each after its oid, up to an oid of zero.

/** What comes next. */
type Expected = 'block' | 'table chunk' | 'object' | 'object chunk'

/** How far a walk over the data has come. */
export interface Walk {
  /** What comes next begins here in the archive, maybe after bytes that nobody has to look at. */
  position: number
  expected: Expected
  /** Where each block begins, by the entry that it belongs to. */
  readonly blocks: Map<number, number>
}

export const beginWalk = (position: number): Walk => ({ position, expected: 'block', blocks: new Map() })

const tableBlock = 1
const objectsBlock = 3
/** A sign and a number. */
const numberBytes = 5

/**
 * Goes over `bytes`, which begin at the position of the walk, as far as they hold whole headers. Returns false when no
 * archive looks like this.
 */
export function walkOn(walk: Walk, bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = walk.position
  for (let at = 0; ; at = walk.position - start) {
    const isBlock = walk.expected === 'block'
    const from = isBlock ? at + 1 : at
    if (from + numberBytes > bytes.length) return true
    const value = view.getUint32(from + 1, true)
    // An oid may be so large that it was written as a negative number.
    if (view.getUint8(from) > (walk.expected === 'object' ? 1 : 0)) return false
    if (isBlock && !enterBlock(walk, view.getUint8(at), value)) return false
    const isChunk = walk.expected === 'table chunk' || walk.expected === 'object chunk'
    walk.position = start + from + numberBytes + (isChunk && !isBlock ? value : 0)
    if (!isBlock) walk.expected = after(walk.expected, value)
  }
}

function enterBlock(walk: Walk, type: number, id: number): boolean {
  if ((type !== tableBlock && type !== objectsBlock) || walk.blocks.has(id)) return false
  walk.blocks.set(id, walk.position)
  walk.expected = type === tableBlock ? 'table chunk' : 'object'
  return true
}

/** A zero ends what it is in: the chunks of a table, those of an object, the objects of a block. */
function after(expected: Expected, value: number): Expected {
  if (expected === 'object') return value === 0 ? 'block' : 'object chunk'
  if (value !== 0) return expected
  return expected === 'object chunk' ? 'object' : 'block'
}
