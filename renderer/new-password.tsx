import { Button, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import type { Fault } from '../electron/shared/fault.ts'
import { texts } from '../electron/shared/texts.ts'
import { Form } from './form.tsx'
import { ask, faultOf } from './larder.ts'

const words = texts.today.password

/** Takes another database password where the old one is refused. It counts only once the server has taken it. */
export function NewPassword({ onChanged }: { readonly onChanged: () => void }) {
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const change = async (): Promise<void> => {
    setBusy(true)
    setFault(null)
    try {
      await ask('changePassword', { password })
      onChanged()
    } catch (error) {
      setFault(faultOf(error))
    }
    setBusy(false)
  }
  return (
    <Form className="new-password" onSubmit={() => void change()}>
      <PasswordInput
        label={words.label}
        value={password}
        autoComplete="off"
        error={fault?.text}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={busy} disabled={password === ''}>
        {words.action}
      </Button>
    </Form>
  )
}
