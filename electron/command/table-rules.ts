export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  /** Numbers line up at their last digit. */
  readonly align?: 'right'
}

const gap = '  '

/** Rows under headings, every column as wide as its widest value; without rows only the headings. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = columns.map(({ title, value }) => [title, ...rows.map(value)])
  const widths = cells.map((column) => Math.max(...column.map(width)))
  const lines = ['', ...rows].map((_, line) =>
    columns
      .map(({ align }, at) => pad(cells[at]?.[line] ?? '', widths[at] ?? 0, align))
      .join(gap)
      .trimEnd(),
  )
  return lines.join('\n')
}

/** Names and values side by side, indented. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => width(name)))
  return pairs.map(([name, value]) => `${gap}${pad(name, widest)}${gap}${value}`).join('\n')
}

/** In characters, not in UTF-16 halves. */
const width = (text: string): number => Array.from(text).length

function pad(text: string, to: number, align?: 'right'): string {
  const space = ' '.repeat(Math.max(0, to - width(text)))
  return align === 'right' ? space + text : text + space
}
