import { Button } from '@mantine/core'
import { texts } from '../../electron/shared/texts.ts'
import type { Backup } from '../../electron/shared/model.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { format } from '../format.ts'
import { JobProgress } from '../job-progress.tsx'
import { Ladder } from '../ladder.tsx'
import { useProgress, useToday } from '../larder.ts'
import { Name } from '../name.tsx'
import { ScreenTitle } from '../screen-title.tsx'
import { useBackUpNow } from '../use-back-up-now.ts'

const words = texts.firstRun.backup

/** The first backup, watched while it runs, and what may be said about it afterwards. */
export function FirstBackupStep({ onDone }: { readonly onDone: () => void }) {
  const { start, busy, fault, backups } = useBackUpNow()
  if (backups !== null && backups.length > 0) return <Result backups={backups} onDone={onDone} />
  return (
    <div className="step">
      <ScreenTitle>{busy ? words.runningTitle : words.title}</ScreenTitle>
      <p className="lead">{words.text}</p>
      {busy && <Running />}
      {fault !== null && <FaultNotice fault={fault} />}
      <div className="buttons step-buttons">
        {!busy && (
          <Button size="md" onClick={start}>
            {fault === null ? words.start : words.again}
          </Button>
        )}
        <Button variant="default" size="md" onClick={onDone}>
          {busy ? words.finish : texts.common.later}
        </Button>
      </div>
    </div>
  )
}

function Running() {
  const today = useToday()
  const jobs = useProgress(today.value?.running ?? [], today.reload)
  return jobs.map((job) => <JobProgress key={job.jobId} progress={job} />)
}

interface ResultProps {
  readonly backups: readonly Backup[]
  readonly onDone: () => void
}

function Result({ backups, onDone }: ResultProps) {
  const allIntact = backups.every(({ state }) => state !== 'taken')
  return (
    <div className="step">
      <ScreenTitle>
        {allIntact ? words.resultTitle(backups.length, format.number(backups.length)) : words.partTitle}
      </ScreenTitle>
      {allIntact && <p className="lead">{words.resultText}</p>}
      <ul className="result">
        {backups.map((backup) => (
          <li key={backup.id}>
            <Name of={backup.database} />
            <Ladder state={backup.state} />
            <span className="figure">{format.bytes(backup.bytes)}</span>
            <span className="figure">{format.duration(backup.durationMs)}</span>
          </li>
        ))}
      </ul>
      <div className="buttons step-buttons">
        <Button size="md" onClick={onDone}>
          {words.finish}
        </Button>
      </div>
    </div>
  )
}
