import { Button } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Restore } from '../../electron/shared/restore-model.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { format } from '../format.ts'
import { ask, useAnswer } from '../larder.ts'
import { Name } from '../name.tsx'
import { ReportButton } from './report-button.tsx'

const words = texts.restore.list
const firstRows = 5
const askRestores = () => ask('listRestores', undefined)

interface RestoreListProps {
  readonly onOpen: (restore: Restore) => void
}

/** Every restore with how it ended and its report. Nothing at all where there never was one. */
export function RestoreList({ onOpen }: RestoreListProps) {
  const { value, fault } = useAnswer(askRestores)
  const [all, setAll] = useState(false)
  if (fault !== null) return <FaultNotice fault={fault} />
  if (value === null || value.length === 0) return null
  const shown = all ? value : value.slice(0, firstRows)
  return (
    <section className="block restores" aria-labelledby="restores">
      <h2 id="restores">{words.title}</h2>
      <table className="table stacks">
        <caption className="for-readers">{words.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.state}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {shown.map((restore) => (
            <Row key={restore.id} restore={restore} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
      {value.length > shown.length && (
        <Button className="more" variant="default" size="sm" onClick={() => setAll(true)}>
          {words.more}
        </Button>
      )}
    </section>
  )
}

function Row({ restore, onOpen }: RestoreListProps & { readonly restore: Restore }) {
  const { id, kind, database, startedAt, result, report } = restore
  const when = format.when(startedAt)
  const to = result?.takenAt ?? null
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          className="text-button"
          aria-label={words.open(when, database)}
          onClick={() => onOpen(restore)}
        >
          {when}
        </button>
      </th>
      <td className="breaks" data-label={words.what}>
        <Name of={words.kind[kind](database, to === null ? null : format.when(to))} />
      </td>
      <td data-label={words.state}>{stateOf(restore)}</td>
      <td className="figure">
        {report !== null && (
          <ReportButton id={id} size="sm" label={words.report} named={words.reportOf(when)} />
        )}
      </td>
    </tr>
  )
}

const stateOf = ({ kind, state }: Restore): string =>
  kind === 'undo' ? words.undoStates[state] : words.states[state]
