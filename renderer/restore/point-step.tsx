import { Button, Radio, Skeleton, TextInput } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { texts } from '../../electron/shared/texts.ts'
import type { Backup } from '../../electron/shared/model.ts'
import { Form } from '../form.tsx'
import { format } from '../format.ts'
import { Ladder } from '../ladder.tsx'
import { Name } from '../name.tsx'
import { ScreenTitle } from '../screen-title.tsx'
import { isPointChosen, isRefused, nameTrouble, proposedName, type Draft } from './draft-rules.ts'
import { PointList } from './point-list.tsx'

const words = texts.restore.point

interface PointStepProps {
  readonly draft: Draft
  readonly databases: readonly string[]
  /** A backup was named, and is being read. */
  readonly loading: boolean
  readonly change: (part: Partial<Draft>) => void
  readonly onDone: () => void
}

/** Which backup, and where to. */
export function PointStep({ draft, databases, loading, change, onDone }: PointStepProps) {
  const { backup } = draft
  if (loading) return <Skeleton height={240} radius="md" />
  const choose = (chosen: Backup): void =>
    change({ backup: chosen, newName: proposedName(chosen.database, format.dayInName(chosen.takenAt)) })
  return (
    <Form className="step wide" onSubmit={onDone}>
      <ScreenTitle>{words.title}</ScreenTitle>
      {backup === null ? (
        <PointList databases={databases} onChoose={choose} />
      ) : (
        <>
          <Point backup={backup} onOther={() => change({ backup: null })} />
          <Trust backup={backup} />
          {!isRefused(backup) && <Where draft={draft} backup={backup} change={change} />}
          <div className="buttons step-buttons">
            <Button type="submit" size="md" disabled={!isPointChosen(draft)}>
              {texts.common.continue}
            </Button>
          </div>
        </>
      )}
    </Form>
  )
}

function Point({ backup, onOther }: { readonly backup: Backup; readonly onOther: () => void }) {
  const { database, takenAt, state, tables, rows, bytes } = backup
  return (
    <section className="point" aria-label={words.backup}>
      <div>
        <p className="point-name">
          <Name of={database} />
        </p>
        <h2>{texts.details.title(format.when(takenAt))}</h2>
        <p className="details-state">
          <Ladder state={state} />
          <span>{words.line(tables, format.number(tables), format.number(rows), format.bytes(bytes))}</span>
        </p>
      </div>
      <Button variant="default" size="sm" onClick={onOther}>
        {words.another}
      </Button>
    </section>
  )
}

/** What its state on the ladder means for a restore. A proven backup needs no words. */
function Trust({ backup }: { readonly backup: Backup }) {
  if (backup.state === 'proven' || backup.state === 'copied') return null
  const { title, text } = words.trust[backup.state]
  return (
    <section className="notice" role={isRefused(backup) ? 'alert' : undefined}>
      <IconAlertTriangle className="notice-icon" size={22} stroke={1.75} aria-hidden />
      <div className="notice-body">
        <h2>{title}</h2>
        <p>{text}</p>
        {!isRefused(backup) && <p>{words.prove}</p>}
      </div>
    </section>
  )
}

interface WhereProps {
  readonly draft: Draft
  readonly backup: Backup
  readonly change: (part: Partial<Draft>) => void
}

function Where({ draft, backup, change }: WhereProps) {
  const trouble = nameTrouble(draft.newName, backup.database)
  return (
    <>
      <Radio.Group
        label={words.where}
        value={draft.where}
        onChange={(where) => change({ where: where === 'into' ? 'into' : 'replace' })}
      >
        <div className="cards">
          <Radio.Card className="card" value="replace">
            <Radio.Indicator />
            <span>
              <strong>
                <Name of={words.inPlace(backup.database)} />
              </strong>
              <span>{words.inPlaceText}</span>
            </span>
          </Radio.Card>
          <Radio.Card className="card" value="into">
            <Radio.Indicator />
            <span>
              <strong>{words.intoNew}</strong>
              <span>{words.intoNewText}</span>
            </span>
          </Radio.Card>
        </div>
      </Radio.Group>
      {draft.where === 'into' && (
        <TextInput
          label={words.newName}
          description={words.newNameHelp}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          value={draft.newName}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          error={trouble === null ? null : words.nameTrouble[trouble]}
          onChange={(event) => change({ newName: event.currentTarget.value })}
        />
      )}
    </>
  )
}
