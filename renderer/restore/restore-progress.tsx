import { IconCheck, IconCircle, IconLoader2 } from '@tabler/icons-react'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Progress } from '../../electron/shared/model.ts'
import { CancelJob, JobFigures } from '../job-progress.tsx'
import { canCancel } from '../progress-rules.ts'
import { ScreenTitle } from '../screen-title.tsx'
import { furthest, stagesOf, type Stage } from './run-rules.ts'

const words = texts.restore.run

interface RestoreProgressProps {
  /** Null for a moment at the end, when the job is over and its result on the way. */
  readonly job: Progress | null
  readonly hasAfter: boolean
  /** Whether there is a till to back up first. */
  readonly replaces: boolean
}

/** The restore while it runs, stage by stage, with the figures that are really known. */
export function RestoreProgress({ job, hasAfter, replaces }: RestoreProgressProps) {
  const [reached, setReached] = useState<Stage>('inspect')
  const now = job === null ? reached : furthest(reached, job.phase)
  if (now !== reached) setReached(now)
  const stages = stagesOf(hasAfter)
  const place = stages.indexOf(now)
  return (
    <div className="step wide">
      <ScreenTitle>{words.title}</ScreenTitle>
      <p className="lead">{words.text}</p>
      <ol className="stages">
        {stages.map((stage, index) => (
          <StageLine key={stage} stage={stage} state={stateOf(index, place)} replaces={replaces} />
        ))}
      </ol>
      {job !== null && (
        <section className="job" aria-label={words.title}>
          <JobFigures progress={job} />
          <div className="buttons">
            {canCancel(job) ? <CancelJob progress={job} /> : <p className="side-quiet">{words.noReturn}</p>}
          </div>
        </section>
      )}
    </div>
  )
}

type StageState = 'done' | 'now' | 'ahead'

const stateOf = (index: number, place: number): StageState =>
  index < place ? 'done' : index === place ? 'now' : 'ahead'

const icons = { done: IconCheck, now: IconLoader2, ahead: IconCircle }

interface StageLineProps {
  readonly stage: Stage
  readonly state: StageState
  readonly replaces: boolean
}

function StageLine({ stage, state, replaces }: StageLineProps) {
  const Icon = icons[state]
  const name = stage === 'copy' && !replaces ? words.stages.copyAlone : words.stages[stage]
  return (
    <li data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <Icon size={18} stroke={2} aria-hidden />
      <span>
        {name}
        <span className="for-readers">, {words.stageState[state]}</span>
      </span>
    </li>
  )
}
