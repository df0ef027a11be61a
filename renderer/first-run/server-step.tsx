import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Fault } from '../../electron/shared/fault.ts'
import type { FoundServer } from '../../electron/shared/ipc.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { Form } from '../form.tsx'
import { ask, faultOf } from '../larder.ts'
import { ScreenTitle } from '../screen-title.tsx'
import { isLoginComplete, serverOf, type Login, type StepProps } from './draft.ts'
import { proposedChoice } from './first-run-rules.ts'
import { FoundServers } from './found-servers.tsx'
import { Credentials, ServerFields } from './login-fields.tsx'
import { PasteText } from './paste-text.tsx'
import { useFoundServers } from './use-found-servers.ts'

const words = texts.firstRun.server
const ways = ['found', 'paste', 'hand'] as const
type Way = (typeof ways)[number]

/** Which server, and as whom. Connecting is the test: nothing is believed before the server has answered. */
export function ServerStep({ draft, change, onDone }: StepProps) {
  const [way, setWay] = useState<Way>(draft.report === null ? 'found' : 'hand')
  const { connect, connecting, fault } = useConnect({ draft, change, onDone })
  const login = draft.login
  const changeLogin = (part: Partial<Login>): void => change({ login: { ...login, ...part } })
  const choose = ({ host, port }: FoundServer): void => changeLogin({ host, port: String(port) })
  // A login that worked before stays as it is when somebody comes back to look at it.
  const [servers, lookAgain] = useFoundServers((first) => draft.report === null && choose(first))
  const canLogIn = way === 'hand' || (way === 'found' && servers !== null && servers.length > 0)
  const read = (part: Partial<Login>): void => {
    changeLogin(part)
    setWay('hand')
  }
  return (
    <Form className="step" onSubmit={() => void connect()}>
      <ScreenTitle>{words.title}</ScreenTitle>
      <SegmentedControl
        fullWidth
        aria-label={words.how}
        value={way}
        onChange={(chosen) => setWay(ways.find((one) => one === chosen) ?? 'found')}
        data={ways.map((one) => ({ value: one, label: words.ways[one] }))}
      />
      {way === 'found' && (
        <FoundServers
          servers={servers}
          login={login}
          onChoose={choose}
          onLookAgain={lookAgain}
          onElsewhere={() => setWay('paste')}
        />
      )}
      {way === 'paste' && <PasteText onRead={read} />}
      {way === 'hand' && <ServerFields login={login} onChange={changeLogin} />}
      {canLogIn && (
        <>
          <Credentials login={login} onChange={changeLogin} />
          {fault !== null && <FaultNotice fault={fault} />}
          <div className="buttons step-buttons">
            <Button type="submit" size="md" loading={connecting} disabled={!isLoginComplete(login)}>
              {words.connect}
            </Button>
          </div>
        </>
      )}
    </Form>
  )
}

function useConnect({ draft, change, onDone }: StepProps) {
  const [connecting, setConnecting] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const connect = async (): Promise<void> => {
    setConnecting(true)
    setFault(null)
    try {
      const { login } = draft
      const report = await ask('inspectServer', { server: serverOf(login), password: login.password })
      change({ report, choice: proposedChoice(report) })
      onDone()
    } catch (error) {
      setFault(faultOf(error))
    }
    setConnecting(false)
  }
  return { connect, connecting, fault }
}
