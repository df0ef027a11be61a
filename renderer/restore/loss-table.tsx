import { Button } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Losses, TableLoss } from '../../electron/shared/restore-model.ts'
import { format } from '../format.ts'
import { Name } from '../name.tsx'
import { weighLosses, type LossLine } from './losses-rules.ts'

const words = texts.restore.look
/** What fits beside the sum without scrolling for long; the worst are on top. */
const firstTables = 8

/** What the till holds beyond the backup: in one sentence, and table by table. */
export function LossTable({ losses }: { readonly losses: Losses }) {
  const [all, setAll] = useState(false)
  const { lines, rows, tables, newestAt } = weighLosses(losses)
  if (lines.length === 0) {
    return (
      <section className="plain-answer">
        <h2>{words.nothing}</h2>
        <p>{words.inPlace}</p>
      </section>
    )
  }
  return (
    <section className="losses" aria-labelledby="losses">
      <div className="plain-answer">
        <h2 id="losses">{sumOf(rows, tables)}</h2>
        {newestAt !== null && rows > 0 && <p>{words.newest(format.when(newestAt))}</p>}
        <p>
          {rows > 0 && words.kept} {words.inPlace}
        </p>
      </div>
      <Table lines={all ? lines : lines.slice(0, firstTables)} />
      {lines.length > firstTables && (
        <Button variant="default" size="sm" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? words.fewer : words.showAll(format.number(lines.length))}
        </Button>
      )}
    </section>
  )
}

function sumOf(rows: number, tables: number): string {
  if (rows === 0) return words.onlyBack
  if (rows === 1) return words.one(tables, format.number(tables))
  return words.sum(format.number(rows), tables, format.number(tables))
}

function Table({ lines }: { readonly lines: readonly LossLine[] }) {
  return (
    <table className="table stacks">
      <caption className="for-readers">{words.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{words.table}</th>
          <th scope="col" className="figure">
            {words.goes}
          </th>
          <th scope="col" className="figure">
            {words.back}
          </th>
          <th scope="col">{words.newestColumn}</th>
          <th scope="col" className="figure">
            {words.sums}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <Row key={`${line.loss.schema}.${line.loss.name}`} line={line} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ line }: { readonly line: LossLine }) {
  const { schema, name, newestAt, sums } = line.loss
  return (
    <tr>
      <th scope="row" className="breaks">
        {schema !== 'public' && <span className="schema">{schema}.</span>}
        <Name of={name} />
      </th>
      <td className="figure" data-label={words.goes}>
        {goes(line)}
      </td>
      <td className="figure" data-label={words.back}>
        {back(line)}
      </td>
      <td className="moment" data-label={words.newestColumn}>
        {newestAt !== null && format.when(newestAt)}
      </td>
      <td className="figure sums" data-label={words.sums}>
        {sums.map((sum) => (
          <span key={sum.column}>{total(sum)}</span>
        ))}
      </td>
    </tr>
  )
}

const total = ({ column, total: sum }: TableLoss['sums'][number]): string =>
  words.total(column, format.sum(sum))

function goes({ goes: rows, goesWhole }: LossLine): string {
  if (rows === null) return words.uncounted
  if (goesWhole) return words.whole(format.number(rows))
  return rows === 0 ? '' : format.number(rows)
}

function back({ back: rows, backWhole }: LossLine): string {
  if (backWhole) return words.returns(format.number(rows))
  return rows === 0 ? '' : format.number(rows)
}
