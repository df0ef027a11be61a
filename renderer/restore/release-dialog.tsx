import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import { Form } from '../form.tsx'
import { ask } from '../larder.ts'
import { isTyped } from './draft-rules.ts'
import { OtherLogin } from './other-login.tsx'
import { PinFields } from './pin-fields.tsx'
import { TypedName } from './typed-name.tsx'
import { useGuarded } from './use-guarded.ts'

const words = texts.restore.release

interface ReleaseDialogProps {
  readonly id: string
  /** The database that is deleted. */
  readonly keptAs: string
  readonly opened: boolean
  readonly onClose: () => void
}

/** Deletes what a restore put aside, once its name was typed and the PIN was right. */
export const ReleaseDialog = ({ id, keptAs, opened, onClose }: ReleaseDialogProps) => (
  <Modal
    opened={opened}
    onClose={onClose}
    title={words.title}
    closeButtonProps={{ 'aria-label': texts.common.close }}
  >
    <Question id={id} keptAs={keptAs} onClose={onClose} />
  </Modal>
)

function Question({ id, keptAs, onClose }: Omit<ReleaseDialogProps, 'opened'>) {
  const [typed, setTyped] = useState('')
  const { pin, login, setLogin, busy, fault, send } = useGuarded(async (keys) => {
    await ask('releaseRestore', { id, typedName: typed, ...keys })
    onClose()
  })
  const isReady = isTyped(typed, keptAs) && pin.isReady
  return (
    <Form className="step" onSubmit={() => isReady && send()}>
      <p className="breaks">{words.text(keptAs)}</p>
      <TypedName label={words.type} name={keptAs} typed={typed} onType={setTyped} />
      <PinFields pin={pin} fault={fault} />
      <OtherLogin login={login} onChange={setLogin} fault={fault} />
      <div className="buttons end">
        <Button variant="default" onClick={onClose} disabled={busy}>
          {words.cancel}
        </Button>
        <Button type="submit" loading={busy} disabled={!isReady}>
          <span className="cut-label">{words.action(keptAs)}</span>
        </Button>
      </div>
    </Form>
  )
}
