import { PasswordInput, TextInput } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { texts } from '../../electron/shared/texts.ts'
import type { TypedLogin } from './draft-rules.ts'

const words = texts.restore.advanced

interface LoginFieldsProps {
  readonly login: TypedLogin
  readonly onChange: (login: TypedLogin) => void
  readonly children?: ReactNode
}

/** A login with more rights than the one of backups, for this one time. */
export const LoginFields = ({ login, onChange, children }: LoginFieldsProps) => (
  <fieldset className="choice">
    <legend className="block-legend">{words.login}</legend>
    <p className="side-quiet">{words.loginText}</p>
    <div className="fields two">
      <TextInput
        label={words.user}
        value={login.user}
        maxLength={63}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange({ ...login, user: event.currentTarget.value })}
      />
      <PasswordInput
        label={words.password}
        value={login.password}
        maxLength={1000}
        autoComplete="off"
        onChange={(event) => onChange({ ...login, password: event.currentTarget.value })}
      />
    </div>
    {children}
  </fieldset>
)

interface OtherLoginProps extends Omit<LoginFieldsProps, 'children'> {
  /** Why the usual login did not do, once it was tried. */
  readonly fault: Fault | null
}

/** The same, folded away until the usual login turns out to have too few rights. */
export const OtherLogin = ({ login, onChange, fault }: OtherLoginProps) => (
  <details className="detail" open={fault !== null && needsRights.has(fault.code)}>
    <summary>
      <IconChevronRight size={15} aria-hidden /> {words.title}
    </summary>
    <div className="advanced">
      <LoginFields login={login} onChange={onChange} />
    </div>
  </details>
)

const needsRights = new Set<string>(['RESTORE_RIGHTS', 'DB_PERMISSION', 'DB_AUTH'])
