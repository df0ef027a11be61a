import { TextInput } from '@mantine/core'
import { texts } from '../../electron/shared/texts.ts'
import { isTyped } from './draft-rules.ts'

const words = texts.restore.confirm

interface TypedNameProps {
  readonly label: string
  /** The name as it must be typed. */
  readonly name: string
  readonly typed: string
  readonly onType: (typed: string) => void
}

/** A name that must be typed by hand, so that nobody replaces or deletes the wrong database with a click. */
export function TypedName({ label, name, typed, onType }: TypedNameProps) {
  const isNearly = !isTyped(typed, name) && typed.trim().toLowerCase() === name.trim().toLowerCase()
  return (
    <TextInput
      className="typed-name"
      label={label}
      description={
        <>
          {words.typeHelp} <code className="breaks">{name}</code>
        </>
      }
      error={isNearly ? words.typeNot : null}
      value={typed}
      maxLength={200}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  )
}
