import { Button, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { texts } from '../../electron/shared/texts.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { format } from '../format.ts'
import { NewPin } from './new-pin.tsx'
import { ResetPin } from './reset-pin.tsx'
import type { Pin } from './use-pin.ts'

const words = texts.restore.pin

interface PinFieldsProps {
  readonly pin: Pin
  /** What was wrong with what was typed the last time. */
  readonly fault: Fault | null
}

/** Asks for the technician PIN; where there is none yet, has one chosen first. */
export function PinFields({ pin, fault }: PinFieldsProps) {
  if (pin.fault !== null) return <FaultNotice fault={pin.fault} />
  if (pin.isSet === null) return null
  return (
    <>
      {pin.isSet ? <KnownPin pin={pin} /> : <FirstPin pin={pin} />}
      {fault !== null && <FaultNotice fault={fault} />}
      <p className="side-quiet pin-wait" role="status">
        {pin.waitMs > 0 && words.wait(format.duration(pin.waitMs))}
      </p>
    </>
  )
}

function KnownPin({ pin }: { readonly pin: Pin }) {
  const [resetting, setResetting] = useState(false)
  const [wasReset, setWasReset] = useState(false)
  const end = (isDone: boolean): void => {
    setResetting(false)
    setWasReset(isDone)
    if (isDone) pin.clear()
  }
  return (
    <div className="pin">
      <PasswordInput
        label={words.label}
        description={wasReset ? words.reset.done : words.help}
        inputWrapperOrder={['label', 'input', 'description']}
        value={pin.typed}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => pin.type({ typed: event.currentTarget.value })}
      />
      <Button variant="subtle" size="compact-sm" onClick={() => setResetting(true)}>
        {words.forgot}
      </Button>
      <ResetPin opened={resetting} onEnd={end} />
    </div>
  )
}

const FirstPin = ({ pin }: { readonly pin: Pin }) => (
  <fieldset className="choice">
    <legend className="block-legend">{words.set}</legend>
    <p className="side-quiet">{words.setText}</p>
    <NewPin {...pin} onType={pin.type} />
  </fieldset>
)
