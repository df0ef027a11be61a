import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Fault } from '../../electron/shared/fault.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { ask, faultOf } from '../larder.ts'
import type { Login } from './draft.ts'

const words = texts.firstRun.server

/** Takes what a provider's page or a colleague gives: one line that holds everything. */
export function PasteText({ onRead }: { readonly onRead: (part: Partial<Login>) => void }) {
  const [text, setText] = useState('')
  const [fault, setFault] = useState<Fault | null>(null)
  const read = async (): Promise<void> => {
    setFault(null)
    try {
      const { server, hasPassword } = await ask('readConnectionText', { text })
      const { host, user, database, tls, rootCertificate = '' } = server
      const port = String(server.port)
      onRead({ host, port, user, database, tls, rootCertificate, password: '', passwordIsKept: hasPassword })
    } catch (error) {
      setFault(faultOf(error))
    }
  }
  return (
    <>
      <Textarea
        label={words.paste}
        description={words.pasteHelp}
        inputWrapperOrder={['label', 'input', 'description']}
        minRows={3}
        rows={3}
        maxLength={8192}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {fault !== null && <FaultNotice fault={fault} />}
      <div className="buttons step-buttons">
        <Button size="md" disabled={text.trim() === ''} onClick={() => void read()}>
          {words.read}
        </Button>
      </div>
    </>
  )
}
