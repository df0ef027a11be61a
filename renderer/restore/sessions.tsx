import { Button } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Connected, RestoreLook } from '../../electron/shared/restore-model.ts'
import { format } from '../format.ts'
import { Name } from '../name.tsx'

const words = texts.restore.look
const firstRows = 4

/** Who works in the till now, and what the change of places means for them. */
export function Sessions({ sessions }: Pick<RestoreLook, 'sessions'>) {
  const [all, setAll] = useState(false)
  const total = sessions.reduce((sum, one) => sum + one.sessions, 0)
  return (
    <section className="block" aria-labelledby="sessions">
      <h2 id="sessions">{words.sessions}</h2>
      <p className="side-quiet">{total === 0 ? words.nobody : words.cutOff(total, format.number(total))}</p>
      {total > 0 && <Table sessions={all ? sessions : sessions.slice(0, firstRows)} />}
      {!all && sessions.length > firstRows && (
        <Button className="more" variant="default" size="sm" onClick={() => setAll(true)}>
          {words.showSessions(format.number(sessions.length))}
        </Button>
      )}
    </section>
  )
}

const Table = ({ sessions }: { readonly sessions: readonly Connected[] }) => (
  <table className="table stacks sessions">
    <caption className="for-readers">{words.sessions}</caption>
    <thead>
      <tr>
        <th scope="col">{words.program}</th>
        <th scope="col">{words.user}</th>
        <th scope="col">{words.from}</th>
        <th scope="col" className="figure">
          {words.connections}
        </th>
      </tr>
    </thead>
    <tbody>
      {sessions.map(({ application, user, from, sessions: connections }) => (
        <tr key={`${application} ${user} ${from}`}>
          <th scope="row" className="breaks">
            {application === '' ? words.unnamed : <Name of={application} />}
          </th>
          <td className="breaks" data-label={words.user}>
            <Name of={user} />
          </td>
          <td className="breaks" data-label={words.from}>
            {from === null ? words.thisPc : <Name of={from} />}
          </td>
          <td className="figure" data-label={words.connections}>
            {format.number(connections)}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
