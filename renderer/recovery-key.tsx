import { Button, TextInput } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { texts } from '../electron/shared/texts.ts'
import type { Fault } from '../electron/shared/fault.ts'
import { FaultNotice } from './fault-notice.tsx'
import { Form } from './form.tsx'
import { ask, faultOf } from './larder.ts'
import { Name } from './name.tsx'
import { ScreenTitle } from './screen-title.tsx'

const words = texts.firstRun.recovery

interface RecoveryKeyProps {
  /** Just made, so that it cannot have been saved before. */
  readonly isNew: boolean
  readonly onDone: () => void
}

/** Saves the recovery key and has somebody show that they hold it. Used in the first run and from Today. */
export function RecoveryKey({ isNew, onDone }: RecoveryKeyProps) {
  const [confirmed, setConfirmed] = useState(false)
  return (
    <div className="step">
      <ScreenTitle>{words.title}</ScreenTitle>
      <p className="lead">{words.text}</p>
      <ol className="tasks">
        <SaveKey isNew={isNew} />
        <ConfirmKey confirmed={confirmed} onConfirmed={() => setConfirmed(true)} />
      </ol>
      <div className="buttons step-buttons">
        {confirmed ? (
          <Button onClick={onDone}>{texts.common.continue}</Button>
        ) : (
          <>
            <Button variant="default" onClick={onDone}>
              {texts.common.later}
            </Button>
            <p className="side-quiet">{words.laterText}</p>
          </>
        )}
      </div>
    </div>
  )
}

function SaveKey({ isNew }: { readonly isNew: boolean }) {
  const [file, setFile] = useState<string | null>(null)
  const [fault, setFault] = useState<Fault | null>(null)
  const save = (): void => {
    setFault(null)
    ask('saveRecoveryKey', undefined).then(
      (saved) => setFile((old) => saved?.file ?? old),
      (error: unknown) => setFault(faultOf(error)),
    )
  }
  return (
    <li>
      <h2>{words.save}</h2>
      <p>{words.saveText}</p>
      {!isNew && <p>{words.savedBefore}</p>}
      <Button variant={isNew && file === null ? 'filled' : 'default'} onClick={save}>
        {file === null ? words.saveAction : words.saveAgain}
      </Button>
      <p aria-live="polite" className="task-outcome">
        {file !== null && <Name of={words.saved(file)} />}
      </p>
      {fault !== null && <FaultNotice fault={fault} />}
    </li>
  )
}

interface ConfirmKeyProps {
  readonly confirmed: boolean
  readonly onConfirmed: () => void
}

function ConfirmKey({ confirmed, onConfirmed }: ConfirmKeyProps) {
  const [ending, setEnding] = useState('')
  const [fault, setFault] = useState<Fault | null>(null)
  const confirm = (): void => {
    setFault(null)
    ask('confirmRecoveryKey', { ending: ending.trim() }).then(
      () => onConfirmed(),
      (error: unknown) => setFault(faultOf(error)),
    )
  }
  return (
    <li>
      <h2>{words.confirm}</h2>
      <p>{words.confirmText}</p>
      {!confirmed && (
        <Form className="confirm" onSubmit={confirm}>
          <TextInput
            label={words.ending}
            value={ending}
            maxLength={100}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setEnding(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={ending.trim().length < 8}>
            {words.confirmAction}
          </Button>
        </Form>
      )}
      <p aria-live="polite" className="task-outcome">
        {confirmed && (
          <>
            <IconCheck size={18} aria-hidden /> {words.confirmed}
          </>
        )}
      </p>
      {fault !== null && <FaultNotice fault={fault} />}
    </li>
  )
}
