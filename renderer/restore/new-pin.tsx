import { PasswordInput } from '@mantine/core'
import { texts } from '../../electron/shared/texts.ts'

const words = texts.restore.pin

interface NewPinProps {
  readonly typed: string
  readonly again: string
  readonly onType: (part: { readonly typed?: string; readonly again?: string }) => void
}

/** A PIN that is chosen is typed twice: nobody sees it, and it is needed on a bad day. */
export function NewPin({ typed, again, onType }: NewPinProps) {
  const isUnlike = again.length >= typed.length && again !== typed
  return (
    <div className="fields two">
      <PasswordInput
        label={words.first}
        description={words.short}
        inputWrapperOrder={['label', 'input', 'description']}
        value={typed}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => onType({ typed: event.currentTarget.value })}
      />
      <PasswordInput
        label={words.again}
        description={isUnlike ? words.unlike : undefined}
        inputWrapperOrder={['label', 'input', 'description']}
        value={again}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => onType({ again: event.currentTarget.value })}
      />
    </div>
  )
}
