import { texts } from '../electron/shared/texts.ts'
import type { BackupState } from '../electron/shared/model.ts'

const rungs = ['taken', 'intact', 'proven', 'copied'] as const

/** How far a backup got, as rising rungs and the word for it; struck through or hollow where it fell off. */
export function Ladder({ state }: { readonly state: BackupState }) {
  const reached = rungs.findIndex((rung) => rung === state)
  return (
    <span className="ladder" data-fallen={reached === -1 ? state : undefined}>
      <svg viewBox="0 0 22 16" width="22" height="16" aria-hidden="true">
        {rungs.map((rung, step) => (
          <rect
            key={rung}
            className={step <= reached ? 'ladder-rung reached' : 'ladder-rung'}
            x={step * 5.6 + 0.6}
            y={10.4 - step * 3.2}
            width="4"
            height={5 + step * 3.2}
            rx="1"
          />
        ))}
        {state === 'corrupt' && <path className="ladder-strike" d="M1.5 2.5l19 12" />}
      </svg>
      {texts.states[state].word}
    </span>
  )
}
