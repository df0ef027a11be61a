import { Button, Radio, TextInput } from '@mantine/core'
import { texts } from '../../electron/shared/texts.ts'
import { Form } from '../form.tsx'
import { ask } from '../larder.ts'
import { ScreenTitle } from '../screen-title.tsx'
import type { StepProps } from './draft.ts'

const words = texts.firstRun.place
const plans = ['production', 'staging'] as const

/** The folder and the plan. */
export function PlaceStep({ draft, change, onDone }: StepProps) {
  const choose = async (): Promise<void> => {
    const folder = await ask('chooseFolder', undefined).catch(() => null)
    if (folder !== null) change({ folder })
  }
  return (
    <Form className="step" onSubmit={onDone}>
      <ScreenTitle>{words.title}</ScreenTitle>
      <div className="fields folder">
        <TextInput
          label={words.folder}
          description={words.folderHelp}
          inputWrapperOrder={['label', 'input', 'description']}
          value={draft.folder}
          maxLength={4096}
          spellCheck={false}
          onChange={(event) => change({ folder: event.currentTarget.value })}
        />
        <Button variant="default" onClick={() => void choose()}>
          {words.choose}
        </Button>
      </div>
      <Radio.Group
        label={words.plan}
        value={draft.plan}
        onChange={(plan) => change({ plan: plan === 'staging' ? 'staging' : 'production' })}
      >
        <div className="cards">
          {plans.map((plan) => (
            <Radio.Card key={plan} className="card" value={plan}>
              <Radio.Indicator />
              <span>
                <strong>{words.plans[plan].name}</strong>
                <span>{words.plans[plan].text}</span>
              </span>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      <p className="side-quiet">{words.scheduleNote}</p>
      <div className="buttons step-buttons">
        <Button type="submit" size="md" disabled={draft.folder.trim() === ''}>
          {texts.common.continue}
        </Button>
      </div>
    </Form>
  )
}
