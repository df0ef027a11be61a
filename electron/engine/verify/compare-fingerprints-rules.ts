import type { CheckResult, Fingerprint } from '../../shared/model.ts'

export type Difference = CheckResult['differences'][number]
type Table = Fingerprint['tables'][number]
type Sequence = Fingerprint['sequences'][number]

/** How a sequence counts, which decides what "behind" means. */
interface Counting {
  readonly schema: string
  readonly name: string
  readonly increment: bigint
  /** Begins again at its end, so that no value is behind another. */
  readonly cycles: boolean
}

/**
 * What a restored database lacks, or has too much of, against what was dumped; empty when they are equal. Rows, large
 * objects and objects must be equal exactly. PostgreSQL keeps sequences outside of transactions, and the fingerprint
 * reads them before pg_dump does: a restored one may be ahead in its direction, and never behind.
 */
export function compareFingerprints(
  expected: Fingerprint,
  found: Fingerprint,
  counting: readonly Counting[],
): readonly Difference[] {
  return [
    ...compareTables(expected.tables, found.tables),
    ...compareSequences(expected.sequences, found.sequences, counting),
    ...compareLargeObjects(expected.largeObjects, found.largeObjects),
    ...compareObjects(expected.objects, found.objects),
  ]
}

interface Named {
  readonly schema: string
  readonly name: string
}

const nothing = 'nothing'
const keyOf = ({ schema, name }: Named): string => JSON.stringify([schema, name])
const named = (kind: string, { schema, name }: Named): string => `${kind} ${schema}.${name}`

function compareTables(expected: readonly Table[], found: readonly Table[]): Difference[] {
  const say = ({ kind, rows }: Table): string => `${kind === 'table' ? '' : `${kind}, `}${rows} rows`
  return compareNamed('table', expected, found, say, (one, other) => say(one) === say(other))
}

function compareSequences(
  expected: readonly Sequence[],
  found: readonly Sequence[],
  counting: readonly Counting[],
): Difference[] {
  const counts = new Map(counting.map((each) => [keyOf(each), each]))
  const say = ({ value, isCalled }: Sequence): string => `${value}${isCalled ? '' : ', not yet used'}`
  return compareNamed('sequence', expected, found, say, (one, other) =>
    isNotBehind(one, other, counts.get(keyOf(one))),
  )
}

function isNotBehind(expected: Sequence, found: Sequence, counting: Counting | undefined): boolean {
  if (expected.value === found.value) return found.isCalled || !expected.isCalled
  if (counting === undefined) return false
  const ahead = BigInt(found.value) - BigInt(expected.value)
  return counting.cycles || ahead > 0n === counting.increment > 0n
}

const compareLargeObjects = (expected: number, found: number): Difference[] =>
  expected === found ? [] : [{ object: 'large objects', expected: String(expected), found: String(found) }]

function compareObjects(expected: readonly string[], found: readonly string[]): Difference[] {
  const [wanted, there] = [new Set(expected), new Set(found)]
  return [
    ...[...wanted].filter((object) => !there.has(object)).map((object) => lacking(object)),
    ...[...there].filter((object) => !wanted.has(object)).map((object) => surplus(object)),
  ]
}

const lacking = (object: string): Difference => ({ object, expected: 'to be there', found: nothing })
const surplus = (object: string): Difference => ({ object, expected: nothing, found: 'it is there' })

function compareNamed<T extends Named>(
  kind: string,
  expected: readonly T[],
  found: readonly T[],
  say: (item: T) => string,
  fits: (expected: T, found: T) => boolean,
): Difference[] {
  const there = new Map(found.map((item) => [keyOf(item), item]))
  const wanted = new Set(expected.map(keyOf))
  const changed = expected.flatMap((item) => {
    const other = there.get(keyOf(item))
    if (other !== undefined && fits(item, other)) return []
    return [{ object: named(kind, item), expected: say(item), found: other ? say(other) : nothing }]
  })
  const extra = found.filter((item) => !wanted.has(keyOf(item)))
  return [...changed, ...extra.map((item) => ({ ...surplus(named(kind, item)), found: say(item) }))]
}
