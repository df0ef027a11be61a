import { texts } from '../electron/shared/texts.ts'
import type { CheckResult } from '../electron/shared/model.ts'

const words = texts.details

/** What was expected and what was found, object by object. */
export const Differences = ({ differences }: Pick<CheckResult, 'differences'>) => (
  <table className="table stacks">
    <caption className="for-readers">{words.differences}</caption>
    <thead>
      <tr>
        <th scope="col">{words.object}</th>
        <th scope="col">{words.expected}</th>
        <th scope="col">{words.found}</th>
      </tr>
    </thead>
    <tbody>
      {differences.map(({ object, expected, found }) => (
        <tr key={object}>
          <th scope="row" className="breaks">
            {object}
          </th>
          <td className="breaks" data-label={words.expected}>
            {expected}
          </td>
          <td className="breaks" data-label={words.found}>
            {found}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
