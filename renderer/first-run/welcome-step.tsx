import { Button, TextInput } from '@mantine/core'
import { texts } from '../../electron/shared/texts.ts'
import { Form } from '../form.tsx'
import { ScreenTitle } from '../screen-title.tsx'
import type { StepProps } from './draft.ts'

const words = texts.firstRun.welcome

/** Says what will happen, and asks whose backups these are. */
export function WelcomeStep({ draft, change, onDone }: StepProps) {
  return (
    <Form className="step" onSubmit={onDone}>
      <ScreenTitle>{words.title}</ScreenTitle>
      <p className="lead">{words.text}</p>
      <TextInput
        size="md"
        label={words.name}
        description={words.nameHelp}
        placeholder={words.namePlaceholder}
        maxLength={100}
        value={draft.siteName}
        onChange={(event) => change({ siteName: event.currentTarget.value })}
      />
      <div className="buttons step-buttons">
        <Button type="submit" size="md" disabled={draft.siteName.trim() === ''}>
          {words.begin}
        </Button>
      </div>
    </Form>
  )
}
