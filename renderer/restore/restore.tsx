import { Button } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useState } from 'react'
import type { Fault } from '../../electron/shared/fault.ts'
import { texts } from '../../electron/shared/texts.ts'
import type { Backup } from '../../electron/shared/model.ts'
import type { RestoreLook } from '../../electron/shared/restore-model.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { format } from '../format.ts'
import { ask, faultOf } from '../larder.ts'
import { ConfirmStep } from './confirm-step.tsx'
import { emptyDraft, proposedName, requestOf, targetOf, type Draft } from './draft-rules.ts'
import { LookStep } from './look-step.tsx'
import { PointStep } from './point-step.tsx'
import { RestoreFaultPage, RestoreResultPage } from './restore-end.tsx'
import { RestoreProgress } from './restore-progress.tsx'
import { StepsTaken } from './steps-taken.tsx'
import { useRestoreRun } from './use-restore-run.ts'

interface RestoreProps {
  /** The backup that was asked for; null: it is chosen first. */
  readonly backupId: string | null
  readonly databases: readonly string[]
  /** Back to where the wizard was opened. */
  readonly onLeave: () => void
  readonly onToday: () => void
}

type Asking = 'point' | 'look' | 'confirm'
const before: Readonly<Record<Asking, Asking | null>> = { point: null, look: 'point', confirm: 'look' }

/** Leads from a point in the past to a till that holds it again, or to the reason why it does not. */
export function Restore({ backupId, databases, onLeave, onToday }: RestoreProps) {
  const [step, setStep] = useState<Asking>('point')
  const [look, setLook] = useState<RestoreLook | null>(null)
  const { draft, change, fault, loading } = useDraft(backupId)
  const { backup } = draft
  const run = useRestoreRun(backup === null ? [] : [backup.database, targetOf(draft, backup)])
  if (backup !== null && (run.end !== null || run.began)) {
    return <Running run={run} draft={draft} backup={backup} look={look} onToday={onToday} />
  }
  const earlier = before[step]
  return (
    <>
      <StepsTaken current={step} />
      <Button
        className="back"
        variant="subtle"
        size="compact-sm"
        leftSection={<IconArrowLeft size={16} aria-hidden />}
        disabled={run.asked}
        onClick={() => (earlier === null ? onLeave() : setStep(earlier))}
      >
        {earlier === null ? texts.restore.leave : texts.common.back}
      </Button>
      {fault !== null && <FaultNotice fault={fault} />}
      {step === 'point' && fault === null && (
        <PointStep
          draft={draft}
          databases={databases}
          loading={loading}
          change={change}
          onDone={() => setStep('look')}
        />
      )}
      {step === 'look' && backup !== null && (
        <LookStep
          draft={draft}
          backup={backup}
          change={change}
          onDone={(seen) => {
            setLook(seen)
            setStep('confirm')
          }}
        />
      )}
      {step === 'confirm' && backup !== null && (
        <ConfirmStep
          draft={draft}
          backup={backup}
          liveExists={look?.liveExists ?? true}
          busy={run.asked}
          refused={run.refused}
          onConfirm={(typed) => run.start(requestOf(draft, backup.id, typed))}
        />
      )}
    </>
  )
}

interface RunningProps {
  readonly run: ReturnType<typeof useRestoreRun>
  readonly draft: Draft
  readonly backup: Backup
  readonly look: RestoreLook | null
  readonly onToday: () => void
}

function Running({ run, draft, backup, look, onToday }: RunningProps) {
  const { end } = run
  return (
    <>
      <StepsTaken current="run" />
      {end === null && (
        <RestoreProgress
          job={run.job}
          hasAfter={draft.after.trim() !== ''}
          replaces={draft.where === 'replace' && look?.liveExists !== false}
        />
      )}
      {end?.kind === 'result' && (
        <RestoreResultPage result={end.result} canUndo={end.result.keptAs !== null} onToday={onToday} />
      )}
      {end?.kind === 'fault' && (
        <RestoreFaultPage
          fault={end.fault}
          database={backup.database}
          onAgain={run.forget}
          onToday={onToday}
        />
      )}
    </>
  )
}

/** What was chosen so far, beginning with the backup that was asked for. */
function useDraft(backupId: string | null) {
  const [draft, setDraft] = useState(emptyDraft)
  const [fault, setFault] = useState<Fault | null>(null)
  const [loading, setLoading] = useState(backupId !== null)
  const change = (part: Partial<Draft>): void => setDraft((old) => ({ ...old, ...part }))
  const take = useEffectEvent((backup: Backup) => {
    change({ backup, newName: proposedName(backup.database, format.dayInName(backup.takenAt)) })
    setLoading(false)
  })
  useEffect(() => {
    if (backupId === null) return
    ask('showBackup', { id: backupId }).then(
      (details) => take(details.backup),
      (error: unknown) => setFault(faultOf(error)),
    )
  }, [backupId])
  return { draft, change, fault, loading }
}
