import { IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Verdict } from '../../electron/shared/model.ts'
import type { RestoreResult, RestoreVerdict } from '../../electron/shared/restore-model.ts'
import { Differences } from '../differences.tsx'
import { format } from '../format.ts'
import { Mark } from '../mark.tsx'
import { Name } from '../name.tsx'
import { ScreenTitle } from '../screen-title.tsx'
import { AfterOutput } from './after-output.tsx'

const words = texts.restore.result

/** The shape and colour that say the same as the sentence. */
const marks: Readonly<Record<RestoreVerdict, Verdict>> = {
  restored: 'protected',
  'restored-with-differences': 'attention',
  'not-restored': 'at-risk',
}

interface OutcomeProps {
  readonly result: RestoreResult
  /** What can be done next. */
  readonly children?: ReactNode
}

/** What came of a restore: the verdict in one sentence, its figures, and everything that differs. */
export const Outcome = ({ result, children }: OutcomeProps) => (
  <div className="outcome-page">
    <OutcomeHead mark={marks[result.verdict]} word={wordOf(result)} sentence={sentenceOf(result)} />
    {isBadBackup(result) && <p className="lead outcome-lead">{words.instead}</p>}
    {children}
    {result.differences.length > 0 && (
      <section className="block" aria-labelledby="differences">
        <h2 id="differences">{words.differences}</h2>
        <Differences differences={result.differences} />
      </section>
    )}
    {result.after !== null && <AfterOutput after={result.after} />}
    {result.notes.length > 0 && <Notes notes={result.notes} />}
    <section className="block" aria-labelledby="figures">
      <h2 id="figures">{words.facts}</h2>
      <Figures result={result} />
    </section>
  </div>
)

/** The archive came out different; an undo has no archive. */
const isBadBackup = ({ kind, verdict }: RestoreResult): boolean =>
  kind !== 'undo' && verdict === 'not-restored'

const wordOf = ({ kind, verdict }: RestoreResult): string =>
  kind === 'undo' ? words.undoWords[verdict] : words.words[verdict]

const sentenceOf = ({ kind, verdict, database, takenAt }: RestoreResult): string =>
  words[verdict][kind](database, takenAt === null ? words.someWhen : format.when(takenAt))

interface OutcomeHeadProps {
  readonly mark: Verdict
  readonly word: string
  readonly sentence: string
}

export const OutcomeHead = ({ mark, word, sentence }: OutcomeHeadProps) => (
  <header className="hero" data-verdict={mark}>
    <Mark verdict={mark} size={88} />
    <div className="hero-words">
      <p className="hero-health">{word}</p>
      <ScreenTitle>{sentence}</ScreenTitle>
    </div>
  </header>
)

function Figures({ result }: { readonly result: RestoreResult }) {
  const { kind, verdict, durationMs, downtimeMs, safetyBackupId, keptAs, keptUntil } = result
  return (
    <dl className="facts figures">
      <Figure name={words.took}>{format.duration(durationMs)}</Figure>
      <Figure name={words.downtime}>{downtimeMs === null ? words.never : format.duration(downtimeMs)}</Figure>
      {kind === 'replace' && verdict !== 'not-restored' && (
        <Figure name={words.safety}>{safetyBackupId === null ? words.safetyNone : words.safetyTaken}</Figure>
      )}
      {keptAs !== null && (
        <Figure name={kind === 'undo' ? words.putAsideAs : words.keptAs}>
          <Name of={keptAs} />
        </Figure>
      )}
      {keptUntil !== null && <Figure name={words.keptUntil}>{format.when(keptUntil)}</Figure>}
    </dl>
  )
}

const Figure = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const Notes = ({ notes }: { readonly notes: readonly string[] }) => (
  <section className="aside" aria-labelledby="notes">
    <IconInfoCircle size={20} stroke={1.75} aria-hidden />
    <div>
      <h2 id="notes">{words.notes}</h2>
      {notes.map((note) => (
        <p key={note} className="breaks">
          {note}
        </p>
      ))}
    </div>
  </section>
)
