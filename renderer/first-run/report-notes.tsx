import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { texts } from '../../electron/shared/texts.ts'
import type { ServerReport } from '../../electron/shared/ipc.ts'
import { CopyButton } from '../copy-button.tsx'
import { Name } from '../name.tsx'

const words = texts.firstRun.databases

/** What would keep a backup from being whole, each with the exact thing to do, ready to be copied. */
export function Problems({ problems }: Pick<ServerReport, 'problems'>) {
  if (problems.length === 0) return null
  return (
    <section className="notice" aria-labelledby="problems">
      <IconAlertTriangle className="notice-icon" size={22} stroke={1.75} aria-hidden />
      <div className="notice-body">
        <h2 id="problems">{words.problems}</h2>
        <ul className="problems">
          {problems.map(({ database, text, next }) => (
            <li key={`${database} ${text}`}>
              <p>
                {database !== null && (
                  <>
                    <strong>
                      <Name of={database} />
                    </strong>
                    {': '}
                  </>
                )}
                {text}
              </p>
              <div className="detail-text">
                <pre>{next}</pre>
                <CopyButton text={next} label={texts.common.copy} />
              </div>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}

/** What does not stop anything but is worth knowing. */
export function Warnings({ warnings }: Pick<ServerReport, 'warnings'>) {
  if (warnings.length === 0) return null
  return (
    <section className="aside" aria-labelledby="warnings">
      <IconInfoCircle size={20} stroke={1.75} aria-hidden />
      <div>
        <h2 id="warnings">{words.warnings}</h2>
        {warnings.map((warning) => (
          <p key={warning}>{warning}</p>
        ))}
      </div>
    </section>
  )
}
