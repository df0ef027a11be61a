import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Fault } from '../../electron/shared/fault.ts'
import type { ServerReport } from '../../electron/shared/ipc.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { Form } from '../form.tsx'
import { format } from '../format.ts'
import { ask, faultOf } from '../larder.ts'
import { Name } from '../name.tsx'
import { ScreenTitle } from '../screen-title.tsx'
import { serverOf, type StepProps } from './draft.ts'
import { obstacle, problemsOf, type Choice } from './first-run-rules.ts'
import { Problems, Warnings } from './report-notes.tsx'

const words = texts.firstRun.databases
const reasons = { server: words.blockedServer, database: words.blocked, 'none-ticked': words.pickOne }

/** What the server holds, what to back up of it, and what would keep a backup from being whole. */
export function DatabasesStep({ draft, change, onDone }: StepProps) {
  const { recheck, checking, fault } = useRecheck({ draft, change })
  const { report, choice } = draft
  if (report === null) return null
  const inTheWay = obstacle(report, choice)
  const problems = problemsOf(report, choice)
  return (
    <Form className="step" onSubmit={onDone}>
      <ScreenTitle>{words.title}</ScreenTitle>
      <p className="lead">{words.connected(report.version)}</p>
      {report.databases.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <Databases report={report} choice={choice} onChange={(changed) => change({ choice: changed })} />
      )}
      <Problems problems={problems} />
      <Warnings warnings={report.warnings} />
      {fault !== null && <FaultNotice fault={fault} />}
      <div className="buttons step-buttons">
        <Button type="submit" size="md" disabled={inTheWay !== null}>
          {texts.common.continue}
        </Button>
        {problems.length > 0 && (
          <Button
            variant={inTheWay === null ? 'default' : 'filled'}
            size="md"
            loading={checking}
            onClick={() => void recheck()}
          >
            {words.recheck}
          </Button>
        )}
        {inTheWay !== null && <p className="side-quiet">{reasons[inTheWay]}</p>}
      </div>
    </Form>
  )
}

function useRecheck({ draft, change }: Pick<StepProps, 'draft' | 'change'>) {
  const [checking, setChecking] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const recheck = async (): Promise<void> => {
    setChecking(true)
    setFault(null)
    try {
      const { login } = draft
      change({ report: await ask('inspectServer', { server: serverOf(login), password: login.password }) })
    } catch (error) {
      setFault(faultOf(error))
    }
    setChecking(false)
  }
  return { recheck, checking, fault }
}

interface DatabasesProps {
  readonly report: ServerReport
  readonly choice: Choice
  readonly onChange: (choice: Choice) => void
}

function Databases({ report, choice, onChange }: DatabasesProps) {
  const tick = (name: string, on: boolean): void => {
    const others = choice.ticked.filter((one) => one !== name)
    onChange({ ...choice, ticked: on ? [...others, name] : others })
  }
  return (
    <fieldset className="choice">
      <legend className="for-readers">{words.scope}</legend>
      {report.databases.map((database) => (
        <Checkbox
          key={database.name}
          className="database"
          checked={choice.all || choice.ticked.includes(database.name)}
          disabled={choice.all}
          onChange={(event) => tick(database.name, event.currentTarget.checked)}
          label={<Name of={database.name} />}
          description={describe(database, report)}
        />
      ))}
      <Checkbox
        className="database every"
        checked={choice.all}
        onChange={(event) => onChange({ ...choice, all: event.currentTarget.checked })}
        label={words.all}
      />
    </fieldset>
  )
}

/** Of a database that is left out, a problem is told here only, and quietly. */
function describe(database: ServerReport['databases'][number], { problems }: ServerReport): string {
  const { name, bytes, tables } = database
  const size = bytes === null ? words.sizeUnknown : format.bytes(bytes)
  if (tables === 0) return `${size}, ${words.empty}`
  const held = tables === null ? words.tablesUnknown : words.tables(tables, format.number(tables))
  const isWhole = problems.every((problem) => problem.database !== name)
  return isWhole ? `${size}, ${held}` : `${size}, ${held}; ${words.notWhole}`
}
