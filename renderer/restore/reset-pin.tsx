import { Button, Modal, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { texts } from '../../electron/shared/texts.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { Form } from '../form.tsx'
import { ask, faultOf } from '../larder.ts'
import { NewPin } from './new-pin.tsx'

const words = texts.restore.pin.reset

interface ResetPinProps {
  readonly opened: boolean
  readonly onEnd: (isDone: boolean) => void
}

/** For a forgotten PIN: whoever holds the recovery key sets another one. */
export const ResetPin = ({ opened, onEnd }: ResetPinProps) => (
  <Modal
    opened={opened}
    onClose={() => onEnd(false)}
    title={words.title}
    closeButtonProps={{ 'aria-label': texts.common.close }}
  >
    <Fields onEnd={onEnd} />
  </Modal>
)

function Fields({ onEnd }: Pick<ResetPinProps, 'onEnd'>) {
  const [key, setKey] = useState('')
  const [pin, setPin] = useState({ typed: '', again: '' })
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const reset = async (): Promise<void> => {
    setBusy(true)
    setFault(null)
    try {
      await ask('resetPin', { pin: pin.typed, recoveryKey: key.trim() })
      onEnd(true)
    } catch (error) {
      setFault(faultOf(error))
    }
    setBusy(false)
  }
  const isReady = key.trim() !== '' && pin.typed.length >= 6 && pin.typed === pin.again
  return (
    <Form className="step" onSubmit={() => void reset()}>
      <p>{words.text}</p>
      <Textarea
        label={words.key}
        value={key}
        rows={2}
        maxLength={1000}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
      <NewPin {...pin} onType={(part) => setPin((old) => ({ ...old, ...part }))} />
      {fault !== null && <FaultNotice fault={fault} />}
      <div className="buttons end">
        <Button variant="default" onClick={() => onEnd(false)}>
          {texts.common.cancel}
        </Button>
        <Button type="submit" loading={busy} disabled={!isReady}>
          {words.action}
        </Button>
      </div>
    </Form>
  )
}
