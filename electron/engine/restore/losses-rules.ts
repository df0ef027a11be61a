import type { Fingerprint } from '../../shared/model.ts'
import type { TableLoss } from '../../shared/restore-model.ts'

/** A column that holds moments or money, as the live database describes it. */
export interface Column {
  readonly name: string
  /** Its base type where it is of a domain. */
  readonly type: 'timestamptz' | 'timestamp' | 'date' | 'numeric' | 'money' | 'integer'
  /** Digits after the point that the type keeps; null where it keeps any number of them. */
  readonly scale: number | null
  /** The default as PostgreSQL prints it; null for none, and for generated columns. */
  readonly preset: string | null
  readonly required: boolean
  /** Its place in the table. */
  readonly position: number
}

// In English first; German and Spanish tills name their columns in their own words.
const wordsOf = {
  made: 'created creation inserted added recorded entered booked erstellt angelegt erfasst creado creada registrado',
  happened:
    'ordered placed paid sold opened issued logged received sent printed posted started seated bestellt bezahlt bedient pedido pagado vendido',
  moment: 'at on time date datetime timestamp ts day moment zeit datum zeitpunkt tag am fecha hora dia',
  // These move when an old row is touched, so they tell of changes too.
  changed: 'updated modified changed edited touched synced last geaendert geändert actualizado modificado',
  // Moments that are planned, or of something other than the row, say nothing of when it was made.
  other:
    'expires expire expired expiry expiration due valid until till from to end ends ended starts scheduled schedule reserved reservation planned deadline birth birthday born dob anniversary hire hired delivery deliver deliveries pickup arrival departure event effective best before after next for deleted cancelled canceled archived voided released',
  money:
    'total subtotal amount paid payment price revenue sales tip tips gratuity tax taxes vat cost fee charge discount refund cash change balance net gross summe betrag preis umsatz trinkgeld steuer mwst netto brutto importe precio propina impuesto monto iva',
  count:
    'id ids quantity qty count number num no nr rate percent percentage pct ratio factor weight hours minutes points score stars unit units exchange menge anzahl satz prozent cantidad tasa',
} as const

type WordList = keyof typeof wordsOf

const lists = Object.fromEntries(
  Object.entries(wordsOf).map(([list, words]) => [list, new Set(words.split(' '))]),
)

/** `createdAt`, `created_at` and `Created At` are the same words. */
const wordsIn = (name: string): readonly string[] =>
  name
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')

const speaksOf = (list: WordList, { name }: Pick<Column, 'name'>): boolean =>
  wordsIn(name).some((word) => lists[list]?.has(word))

/** Whether the server itself puts the present moment in; `now() + '1 day'` is another moment. */
export function isNow(preset: string | null): boolean {
  const bare = (preset ?? '')
    .toLowerCase()
    .replaceAll(/\bat time zone '[^']*'|timezone\('[^']*'|::[a-z ]+|\(\d\)|[(),\s]/g, '')
  return /^(?:now|current_timestamp|current_date|localtimestamp|(?:clock|statement|transaction)_timestamp|'now')$/.test(
    bare,
  )
}

const isMoment = ({ type }: Column): boolean =>
  type === 'timestamptz' || type === 'timestamp' || type === 'date'

/**
 * The column that tells best when a row was made; undefined when none does. First those that the server fills in,
 * then by name; a moment before a day; and what only tells of the last change when there is nothing else.
 */
export function whenMade(columns: readonly Column[]): Column | undefined {
  return columns
    .filter((column) => isMoment(column) && tells(column))
    .toSorted((one, other) => compare(merits(one), merits(other)))[0]
}

const tells = (column: Column): boolean =>
  isNow(column.preset) ||
  (!speaksOf('other', column) &&
    (['made', 'happened', 'changed', 'moment'] as const).some((list) => speaksOf(list, column)))

/** Smaller is better, the first that differs decides. */
const merits = (column: Column): readonly number[] => [
  speaksOf('changed', column) && !speaksOf('made', column) ? 1 : 0,
  column.type === 'date' ? 1 : 0,
  isNow(column.preset) ? 0 : 1,
  speaksOf('made', column) ? 0 : speaksOf('happened', column) ? 1 : 2,
  column.type === 'timestamptz' ? 0 : 1,
  column.required ? 0 : 1,
  column.position,
]

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index])
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0)
}

const mostSums = 6

/** The columns whose sum is money, at most six, in the order of the table. */
export const moneyColumns = (columns: readonly Column[]): readonly Column[] =>
  columns
    .filter(isMoney)
    .toSorted((one, other) => one.position - other.position)
    .slice(0, mostSums)

function isMoney(column: Column): boolean {
  if (isMoment(column) || speaksOf('count', column)) return false
  if (column.type === 'money') return true
  if (column.type === 'integer') return wordsIn(column.name).at(-1) === 'cents'
  return speaksOf('money', column) && keepsMoney(column.scale)
}

/** Two to four places are written on purpose; 30, or any number, is what Prisma and other tools make of a Decimal. */
const keepsMoney = (scale: number | null): boolean =>
  scale === null || scale === 30 || (scale >= 2 && scale <= 4)

/**
 * The zone in which a column without one keeps its moments: the one that its default names; UTC where the tables tell
 * of Prisma or Rails, which keep UTC whatever the server is set to; else the zone of the server, in which its own
 * `now()` is written there.
 */
export function zoneOf({ preset }: Column, tables: readonly string[], serverZone: string): string {
  const [, named] = /(?:at time zone |timezone\()'([^']+)'/i.exec(preset ?? '') ?? []
  const isUtc = tables.some((name) => name === '_prisma_migrations' || name === 'ar_internal_metadata')
  return named ?? (isUtc ? 'UTC' : serverZone)
}

/** What is known of one table on both sides. */
export interface Compared {
  readonly loss: TableLoss
  /** There is a column that tells, and it could not be read: nobody knows whether the table differs. */
  readonly unread: boolean
}

/** How many rows of the till are not in the backup, as far as anything tells. */
export const rowsLost = ({ backupRows, liveRows, newerRows }: TableLoss): number =>
  Math.max(newerRows ?? 0, (liveRows ?? 0) - (backupRows ?? 0), 0)

/** The tables that differ, the biggest loss first. */
export const worstFirst = (tables: readonly Compared[]): TableLoss[] =>
  tables
    .filter(({ loss, unread }) => unread || loss.backupRows !== loss.liveRows || loss.newerRows)
    .map(({ loss }) => loss)
    .toSorted((one, other) => rowsLost(other) - rowsLost(one) || byName(one, other))

const counted = ({ tables }: Fingerprint) =>
  new Map(
    tables
      .filter(({ kind }) => kind === 'table')
      .map((table) => [JSON.stringify([table.schema, table.name]), table]),
  )

/** What two counts tell without a look at the rows: those of the till just before, and those of the backup. */
export function lossesByCount(backup: Fingerprint, till: Fingerprint): TableLoss[] {
  const [before, now] = [counted(backup), counted(till)]
  const tables = [...new Map([...before, ...now])].map(([key, { schema, name }]) => ({
    loss: {
      schema,
      name,
      backupRows: before.get(key)?.rows ?? null,
      liveRows: now.get(key)?.rows ?? null,
      newerRows: null,
      newestAt: null,
      sums: [],
    },
    unread: false,
  }))
  return worstFirst(tables)
}

function byName(one: TableLoss, other: TableLoss): number {
  if (one.schema !== other.schema) return one.schema < other.schema ? -1 : 1
  return one.name < other.name ? -1 : 1
}
