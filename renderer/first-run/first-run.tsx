import { Button } from '@mantine/core'
import { useEffect, useEffectEvent, useState, type ComponentType } from 'react'
import type { Output } from '../../electron/shared/ipc.ts'
import { texts } from '../../electron/shared/texts.ts'
import { ask } from '../larder.ts'
import { Mark } from '../mark.tsx'
import { RecoveryKey } from '../recovery-key.tsx'
import { DatabasesStep } from './databases-step.tsx'
import { draftFrom, emptyDraft, emptyLogin, type Draft, type StepProps } from './draft.ts'
import { EncryptionStep } from './encryption-step.tsx'
import { FirstBackupStep } from './first-backup-step.tsx'
import { canGoBack, stepsOf, type Step } from './first-run-rules.ts'
import { PlaceStep } from './place-step.tsx'
import { ServerStep } from './server-step.tsx'
import { WelcomeStep } from './welcome-step.tsx'

interface FirstRunProps {
  readonly from: Step
  readonly onDone: () => void
}

/** Leads from nothing to the first intact backup, one question at a time. */
export function FirstRun({ from, onDone }: FirstRunProps) {
  const [step, setStep] = useState(from)
  const [draft, setDraft] = useState(emptyDraft)
  const change = (part: Partial<Draft>): void => setDraft((old) => ({ ...old, ...part }))
  const goOnFrom = useEffectEvent((state: Output<'setUpState'>) => change(draftFrom(state)))
  useEffect(() => {
    // Without an answer the steps start empty; the folder can still be chosen.
    ask('setUpState', undefined).then(goOnFrom, () => undefined)
  }, [])

  const steps = stepsOf(draft.encrypt)
  const position = steps.indexOf(step)
  const Screen = screens[step]
  const goTo = (to: Step | undefined): void => (to === undefined ? onDone() : setStep(to))
  const goOn = (): void => {
    // Set up now: from here on the main process keeps the password.
    if (step === 'encryption') change({ login: emptyLogin, isKeyNew: true })
    goTo(steps[position + 1])
  }
  return (
    <div className="first-run">
      <Steps steps={steps} position={position} />
      <main key={step} className="first-run-step">
        <div className="back-slot">
          {canGoBack(step) && (
            <Button variant="subtle" size="compact-sm" onClick={() => goTo(steps[position - 1])}>
              {texts.common.back}
            </Button>
          )}
        </div>
        <Screen draft={draft} change={change} onDone={goOn} />
      </main>
    </div>
  )
}

const screens: Readonly<Record<Step, ComponentType<StepProps>>> = {
  welcome: WelcomeStep,
  server: ServerStep,
  databases: DatabasesStep,
  place: PlaceStep,
  encryption: EncryptionStep,
  recovery: ({ draft, onDone }) => <RecoveryKey isNew={draft.isKeyNew} onDone={onDone} />,
  backup: FirstBackupStep,
}

/** The way so far, and a jar that fills on it. */
function Steps({ steps, position }: { readonly steps: readonly Step[]; readonly position: number }) {
  const words = texts.firstRun
  return (
    <header className="steps">
      <Mark size={104} level={position / (steps.length - 1)} />
      <p className="steps-position">{words.position(position + 1, steps.length)}</p>
      <ol aria-label={words.label}>
        {steps.map((step, index) => (
          <li
            key={step}
            aria-current={index === position ? 'step' : undefined}
            data-done={index < position || undefined}
          >
            {words.steps[step]}
            {index < position && <span className="for-readers">, {words.done}</span>}
          </li>
        ))}
      </ol>
    </header>
  )
}
