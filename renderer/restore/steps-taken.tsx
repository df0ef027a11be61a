import { texts } from '../../electron/shared/texts.ts'

const words = texts.restore
const steps = ['point', 'look', 'confirm', 'run'] as const

/** Where in the wizard one is. */
export function StepsTaken({ current }: { readonly current: (typeof steps)[number] }) {
  const place = steps.indexOf(current)
  return (
    <ol className="way" aria-label={words.label}>
      {steps.map((step, index) => (
        <li
          key={step}
          aria-current={index === place ? 'step' : undefined}
          data-done={index < place || undefined}
        >
          {words.steps[step]}
          {index < place && <span className="for-readers">, {words.done}</span>}
        </li>
      ))}
    </ol>
  )
}
