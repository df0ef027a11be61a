import { Button, Modal } from '@mantine/core'
import { texts } from '../../electron/shared/texts.ts'
import type { RestoreResult } from '../../electron/shared/restore-model.ts'
import { Form } from '../form.tsx'
import { ask } from '../larder.ts'
import { OtherLogin } from './other-login.tsx'
import { PinFields } from './pin-fields.tsx'
import { useGuarded } from './use-guarded.ts'

const words = texts.restore.undo

interface UndoDialogProps {
  readonly restore: { readonly id: string; readonly database: string }
  readonly opened: boolean
  readonly onClose: () => void
  readonly onUndone: (result: RestoreResult) => void
}

/** Asks once for sure, and for the PIN, before both databases change places again. */
export const UndoDialog = ({ restore, opened, onClose, onUndone }: UndoDialogProps) => (
  <Modal
    opened={opened}
    onClose={onClose}
    title={words.title(restore.database)}
    closeButtonProps={{ 'aria-label': texts.common.close }}
  >
    <Question restore={restore} onClose={onClose} onUndone={onUndone} />
  </Modal>
)

function Question({ restore, onClose, onUndone }: Omit<UndoDialogProps, 'opened'>) {
  const { pin, login, setLogin, busy, fault, send } = useGuarded(async (keys) => {
    onUndone(await ask('undoRestore', { id: restore.id, ...keys }))
    onClose()
  })
  return (
    <Form className="step" onSubmit={send}>
      <p>{words.text(restore.database)}</p>
      <p>{words.rows}</p>
      <PinFields pin={pin} fault={fault} />
      <OtherLogin login={login} onChange={setLogin} fault={fault} />
      <div className="buttons end">
        <Button variant="default" onClick={onClose} disabled={busy}>
          {words.cancel}
        </Button>
        <Button type="submit" loading={busy} disabled={!pin.isReady}>
          {words.action(restore.database)}
        </Button>
      </div>
    </Form>
  )
}
