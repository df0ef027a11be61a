import { texts } from '../../electron/shared/texts.ts'
import type { RestoreResult } from '../../electron/shared/restore-model.ts'
import { CopyButton } from '../copy-button.tsx'

const words = texts.restore.result

type After = NonNullable<RestoreResult['after']>

/** How the program ended that ran last, and the end of what it printed. */
export const AfterOutput = ({ after }: { readonly after: After }) => (
  <section className="block" aria-labelledby="after">
    <h2 id="after">{words.after}</h2>
    <p className="breaks">{sentenceOf(after)}</p>
    {after.output === '' ? (
      <p className="side-quiet">{words.noOutput}</p>
    ) : (
      <div className="detail-text">
        {/* A long output scrolls, and what scrolls must be reachable by keyboard. */}
        <pre tabIndex={0}>{after.output}</pre>
        <CopyButton text={after.output} label={texts.common.copy} />
      </div>
    )}
  </section>
)

function sentenceOf({ command, code }: After): string {
  if (code === 0) return words.afterDone(command)
  return code === null ? words.afterNever(command) : words.afterFailed(command, String(code))
}
