import { Button, Radio } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Fault } from '../../electron/shared/fault.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { Form } from '../form.tsx'
import { ask, faultOf } from '../larder.ts'
import { ScreenTitle } from '../screen-title.tsx'
import { requestOf, type StepProps } from './draft.ts'

const words = texts.firstRun.encryption
const ways = [
  { value: 'on', name: words.on, text: words.onText },
  { value: 'off', name: words.off, text: words.offText },
]

/** On by default, with what it asks of people said plainly; then everything is written down. */
export function EncryptionStep({ draft, change, onDone }: StepProps) {
  const [fault, setFault] = useState<Fault | null>(null)
  const [busy, setBusy] = useState(false)
  const setUp = async (): Promise<void> => {
    setBusy(true)
    setFault(null)
    try {
      await ask('setUp', requestOf(draft))
      onDone()
    } catch (error) {
      setFault(faultOf(error))
      setBusy(false)
    }
  }
  return (
    <Form className="step" onSubmit={() => void setUp()}>
      <ScreenTitle>{words.title}</ScreenTitle>
      <Radio.Group
        aria-label={words.title}
        value={draft.encrypt ? 'on' : 'off'}
        onChange={(value) => change({ encrypt: value === 'on' })}
      >
        <div className="cards">
          {ways.map(({ value, name, text }) => (
            <Radio.Card key={value} className="card" value={value}>
              <Radio.Indicator />
              <span>
                <strong>{name}</strong>
                <span>{text}</span>
              </span>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      {draft.encrypt && (
        <p className="aside">
          <IconKey size={20} stroke={1.75} aria-hidden />
          {words.honest}
        </p>
      )}
      {fault !== null && <FaultNotice fault={fault} />}
      <div className="buttons step-buttons">
        <Button type="submit" size="md" loading={busy}>
          {words.setUp}
        </Button>
      </div>
    </Form>
  )
}
