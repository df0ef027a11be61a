import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Login } from './draft.ts'

const words = texts.firstRun.server
const tlsModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

interface LoginFieldsProps {
  readonly login: Login
  readonly onChange: (part: Partial<Login>) => void
}

/** Where the server answers. */
export function ServerFields({ login, onChange }: LoginFieldsProps) {
  return (
    <div className="fields host-port">
      <TextInput
        label={words.host}
        description={words.hostHelp}
        inputWrapperOrder={['label', 'input', 'description']}
        value={login.host}
        onChange={(event) => onChange({ host: event.currentTarget.value })}
      />
      <TextInput
        label={words.port}
        inputMode="numeric"
        value={login.port}
        onChange={(event) => onChange({ port: event.currentTarget.value })}
      />
    </div>
  )
}

/** As whom, and what is rarely needed behind a button. */
export function Credentials({ login, onChange }: LoginFieldsProps) {
  const [more, setMore] = useState(login.tls !== 'prefer' || login.rootCertificate !== '')
  return (
    <>
      <div className="fields two">
        <TextInput
          label={words.user}
          value={login.user}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange({ user: event.currentTarget.value })}
        />
        <PasswordInput
          label={words.password}
          description={login.passwordIsKept ? words.passwordFromText : words.passwordHelp}
          inputWrapperOrder={['label', 'input', 'description']}
          value={login.password}
          autoComplete="off"
          onChange={(event) => onChange({ password: event.currentTarget.value })}
        />
      </div>
      {more && <RareFields login={login} onChange={onChange} />}
      <Button
        className="start"
        variant="subtle"
        size="compact-sm"
        aria-expanded={more}
        onClick={() => setMore(!more)}
      >
        {more ? words.fewer : words.more}
      </Button>
    </>
  )
}

const RareFields = ({ login, onChange }: LoginFieldsProps) => (
  <>
    <TextInput
      label={words.database}
      description={words.databaseHelp}
      inputWrapperOrder={['label', 'input', 'description']}
      value={login.database}
      onChange={(event) => onChange({ database: event.currentTarget.value })}
    />
    <NativeSelect
      label={words.tls}
      value={login.tls}
      onChange={(event) => onChange({ tls: modeOf(event.currentTarget.value) })}
      data={tlsModes.map((mode) => ({ value: mode, label: words.tlsMode(mode) }))}
    />
    {login.tls.startsWith('verify') && (
      <TextInput
        label={words.rootCertificate}
        description={words.rootCertificateHelp}
        inputWrapperOrder={['label', 'input', 'description']}
        value={login.rootCertificate}
        onChange={(event) => onChange({ rootCertificate: event.currentTarget.value })}
      />
    )}
  </>
)

const modeOf = (value: string): Login['tls'] => tlsModes.find((mode) => mode === value) ?? 'prefer'
