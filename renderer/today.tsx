import { Button, Skeleton } from '@mantine/core'
import { texts } from '../electron/shared/texts.ts'
import type { Fault } from '../electron/shared/fault.ts'
import type { Output } from '../electron/shared/ipc.ts'
import type { Backup } from '../electron/shared/model.ts'
import { FaultNotice } from './fault-notice.tsx'
import { format } from './format.ts'
import { JobProgress } from './job-progress.tsx'
import { Ladder } from './ladder.tsx'
import { useProgress } from './larder.ts'
import { Mark } from './mark.tsx'
import { Name } from './name.tsx'
import { KeptRestores } from './restore/kept-restores.tsx'
import { NewPassword } from './new-password.tsx'
import { ScreenTitle } from './screen-title.tsx'
import { Failures, needsPassword, RecoveryReminder } from './today-actions.tsx'
import { otherReasons } from './today-rules.ts'
import { Storage } from './today-storage.tsx'
import { useBackUpNow } from './use-back-up-now.ts'

type TodayAnswer = Output<'today'>

interface TodayProps {
  readonly today: {
    readonly value: TodayAnswer | null
    readonly fault: Fault | null
    readonly reload: () => void
  }
  /** The job whose reason somebody wants to see. */
  readonly askedJobId: string | undefined
  readonly onOpen: (backupId: string) => void
  readonly onAll: () => void
  readonly onRecovery: () => void
}

/** The verdict in one sentence, the one thing to do if there is one, and the facts behind them. */
export function Today({
  today: { value, fault, reload },
  askedJobId,
  onOpen,
  onAll,
  onRecovery,
}: TodayProps) {
  if (value === null) {
    return (
      <>
        <ScreenTitle quiet>{texts.today.title}</ScreenTitle>
        {fault === null ? (
          <Skeleton height={120} radius="md" />
        ) : (
          <TroubleLoading fault={fault} reload={reload} />
        )}
      </>
    )
  }
  return (
    <>
      <ScreenTitle quiet>{texts.today.title}</ScreenTitle>
      <Hero today={value} />
      {fault !== null && <TroubleLoading fault={fault} reload={reload} />}
      <Running today={value} reload={reload} />
      <Failures failures={value.failures} askedJobId={askedJobId} />
      <KeptRestores kept={value.kept} />
      {value.failures.length === 0 && <RecoveryReminder today={value} onRecovery={onRecovery} />}
      <div className="today-facts">
        <Newest backups={value.newest} databases={value.databases.length} onOpen={onOpen} onAll={onAll} />
        <Storage today={value} />
      </div>
    </>
  )
}

const TroubleLoading = ({ fault, reload }: { readonly fault: Fault; readonly reload: () => void }) => (
  <FaultNotice fault={fault}>
    <Button variant="default" size="sm" onClick={reload}>
      {texts.common.tryAgain}
    </Button>
  </FaultNotice>
)

function Hero({ today }: { readonly today: TodayAnswer }) {
  const { status, running, backupCount, failures, newest } = today
  const { start, busy, fault, failedAt } = useBackUpNow()
  const working = busy || running.some((job) => job.kind === 'backup')
  // The same reason would stand there twice when the failed run is listed below already, and for ever when another
  // run has put it right.
  const isRight = failedAt !== null && newest.some(({ takenAt }) => takenAt > failedAt)
  const told = fault === null || isRight || failures.some((job) => job.fault?.code === fault.code)
  return (
    <>
      <section className="hero" data-verdict={status.health}>
        <Mark verdict={status.health} level={backupCount > 0 ? 1 : 0.12} size={112} />
        <div className="hero-words" aria-live="polite">
          <p className="hero-health">{texts.health[status.health]}</p>
          <p className="hero-sentence">{status.sentence}</p>
          {otherReasons(today).map((reason) => (
            <p key={reason} className="hero-reason">
              {reason}
            </p>
          ))}
        </div>
        <Button size="md" disabled={working} onClick={start}>
          {working ? texts.today.backingUp : texts.today.backUpNow}
        </Button>
      </section>
      {!told && (
        <FaultNotice fault={fault}>{needsPassword(fault) && <NewPassword onChanged={start} />}</FaultNotice>
      )}
    </>
  )
}

function Running({ today, reload }: { readonly today: TodayAnswer; readonly reload: () => void }) {
  const running = useProgress(today.running, reload)
  if (running.length === 0) return null
  return (
    <section aria-labelledby="running" className="block">
      <h2 id="running">{texts.today.running}</h2>
      {running.map((job) => (
        <JobProgress key={job.jobId} progress={job} />
      ))}
    </section>
  )
}

interface NewestProps {
  readonly backups: readonly Backup[]
  readonly databases: number
  readonly onOpen: (backupId: string) => void
  readonly onAll: () => void
}

function Newest({ backups, databases, onOpen, onAll }: NewestProps) {
  return (
    <section aria-labelledby="newest" className="block newest">
      <div className="block-head">
        <h2 id="newest">{texts.today.newest}</h2>
        {backups.length > 0 && (
          <Button variant="subtle" size="compact-sm" onClick={onAll}>
            {texts.today.allBackups}
          </Button>
        )}
      </div>
      {backups.length === 0 && <EmptyShelf />}
      <ul>
        {backups.map((backup) => (
          <li key={backup.id}>
            <button type="button" className="newest-row" onClick={() => onOpen(backup.id)}>
              <span className="newest-when">{format.when(backup.takenAt)}</span>
              {databases > 1 && <Name of={backup.database} cut />}
              <Ladder state={backup.state} />
              <span className="figure">{format.bytes(backup.bytes)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

const EmptyShelf = () => (
  <div className="empty">
    <strong>{texts.today.noneYet}</strong>
    <p>{texts.today.noneYetText}</p>
  </div>
)
