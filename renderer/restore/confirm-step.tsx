import { Button } from '@mantine/core'
import { useEffect, useEffectEvent, useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { texts } from '../../electron/shared/texts.ts'
import type { Backup } from '../../electron/shared/model.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { Form } from '../form.tsx'
import { format } from '../format.ts'
import { faultOf } from '../larder.ts'
import { ScreenTitle } from '../screen-title.tsx'
import { isTyped, targetOf, type Draft } from './draft-rules.ts'
import { PinFields } from './pin-fields.tsx'
import { TypedName } from './typed-name.tsx'
import { usePin } from './use-pin.ts'

const words = texts.restore.confirm

interface ConfirmStepProps {
  readonly draft: Draft
  readonly backup: Backup
  readonly liveExists: boolean
  /** Sent off, and not yet begun or refused. */
  readonly busy: boolean
  /** Why the last try was refused, a new object for every try. */
  readonly refused: Fault | null
  readonly onConfirm: (typed: { readonly name: string; readonly pin: string }) => void
}

/** The last question. Nothing here is filled in beforehand, and the button says exactly what it does. */
export function ConfirmStep({ draft, backup, liveExists, busy, refused, onConfirm }: ConfirmStepProps) {
  const target = targetOf(draft, backup)
  const replaces = draft.where === 'replace'
  const [typed, setTyped] = useState('')
  const [fault, setFault] = useState<Fault | null>(null)
  const pin = usePin()
  const clear = useEffectEvent(pin.clear)
  useEffect(() => {
    if (refused !== null) clear()
  }, [refused])
  const isReady = (!replaces || isTyped(typed, target)) && pin.isReady
  const confirm = async (): Promise<void> => {
    if (!isReady || busy) return
    setFault(null)
    try {
      onConfirm({ name: replaces ? typed : target, pin: await pin.take() })
    } catch (error) {
      setFault(faultOf(error))
    }
  }
  return (
    <Form className="step wide" onSubmit={() => void confirm()}>
      <ScreenTitle>{replaces ? words.title(target) : words.titleInto(target)}</ScreenTitle>
      <Happens draft={draft} backup={backup} liveExists={liveExists} />
      {replaces && <TypedName label={words.type} name={target} typed={typed} onType={setTyped} />}
      <PinFields pin={pin} fault={fault ?? (refused?.code.startsWith('PIN_') === true ? refused : null)} />
      {refused?.code === 'CONFIRM_MISMATCH' && <FaultNotice fault={refused} />}
      <div className="buttons step-buttons">
        <Button
          type="submit"
          size="md"
          className={replaces ? 'danger' : undefined}
          loading={busy}
          disabled={!isReady}
        >
          {replaces ? words.replaceButton(target, format.when(backup.takenAt)) : words.intoButton(target)}
        </Button>
      </div>
    </Form>
  )
}

interface HappensProps {
  readonly draft: Draft
  readonly backup: Backup
  readonly liveExists: boolean
}

function Happens({ draft, backup, liveExists }: HappensProps) {
  const target = targetOf(draft, backup)
  const when = format.when(backup.takenAt)
  const way = draft.where === 'into' ? words.into : liveExists ? words.replace : words.fresh
  const steps = way(target, when)
  const after = draft.after.trim()
  return (
    <section aria-labelledby="happens">
      <h2 id="happens">{words.happens}</h2>
      <ol className="happens">
        {[...steps, ...(after === '' ? [] : [words.after(after)])].map((step) => (
          <li key={step} className="breaks">
            {step}
          </li>
        ))}
      </ol>
    </section>
  )
}
