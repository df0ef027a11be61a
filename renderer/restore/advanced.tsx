import { Button, TextInput } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { splitCommand } from '../../electron/shared/command-line-rules.ts'
import { texts } from '../../electron/shared/texts.ts'
import { isAfterReadable, type Draft } from './draft-rules.ts'
import { LoginFields } from './other-login.tsx'

const words = texts.restore.advanced

interface AdvancedProps {
  readonly draft: Draft
  /** Whether it is likely to be needed. */
  readonly isOpen: boolean
  readonly change: (part: Partial<Draft>) => void
  readonly onLook: () => void
}

/** What is rarely needed: another login, and a program that runs when the data is in place. */
export const Advanced = ({ draft, isOpen, change, onLook }: AdvancedProps) => (
  <details className="detail" open={isOpen}>
    <summary>
      <IconChevronRight size={15} aria-hidden /> {words.title}
    </summary>
    <div className="advanced">
      <LoginFields login={draft.login} onChange={(login) => change({ login })}>
        {draft.login.user.trim() !== '' && (
          <Button className="start" variant="default" size="sm" onClick={onLook}>
            {words.look}
          </Button>
        )}
      </LoginFields>
      <After after={draft.after} onChange={(after) => change({ after })} />
    </div>
  </details>
)

interface AfterProps {
  readonly after: string
  readonly onChange: (after: string) => void
}

function After({ after, onChange }: AfterProps) {
  const argv = splitCommand(after)
  return (
    <div className="after">
      <TextInput
        label={words.after}
        description={words.afterText}
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        value={after}
        maxLength={4096}
        autoComplete="off"
        spellCheck={false}
        error={isAfterReadable(after) ? null : words.afterOpen}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {argv !== null && (
        <div>
          <p className="side-quiet" id="after-split">
            {words.afterSplit}
          </p>
          <ol className="argv" aria-labelledby="after-split">
            {argv.map((word, place) => (
              // Words repeat, and only their place tells them apart.
              // oxlint-disable-next-line no-array-index-key
              <li key={place}>
                <code>{word}</code>
              </li>
            ))}
          </ol>
        </div>
      )}
    </div>
  )
}
