import { Button } from '@mantine/core'
import { IconFolderOpen, IconHistory, IconShieldSearch, IconTestPipe } from '@tabler/icons-react'
import { useState } from 'react'
import { texts } from '../electron/shared/texts.ts'
import type { Fault } from '../electron/shared/fault.ts'
import type { Backup, CheckResult, Job, ProofResult } from '../electron/shared/model.ts'
import { Differences } from './differences.tsx'
import { FaultNotice } from './fault-notice.tsx'
import { format } from './format.ts'
import { JobProgress } from './job-progress.tsx'
import { ask, faultOf, useProgress, useToday } from './larder.ts'

interface Check {
  readonly running: 'verify' | 'prove' | null
  readonly result: CheckResult | ProofResult | null
  readonly fault: Fault | null
}

const idle: Check = { running: null, result: null, fault: null }

interface BackupActionsProps {
  readonly backup: Backup
  readonly onRestore: () => void
}

/** What can be done with one backup, and what came of it. */
export function BackupActions({ backup, onRestore }: BackupActionsProps) {
  const [check, setCheck] = useState(idle)
  const say = (news: Partial<Check>): void => setCheck({ ...idle, ...news })
  const run = (kind: 'verify' | 'prove'): void => {
    say({ running: kind })
    ask(kind === 'verify' ? 'verifyBackup' : 'proveBackup', { id: backup.id }).then(
      (result) => say({ result }),
      (error: unknown) => say({ fault: faultOf(error) }),
    )
  }
  const show = (): void => {
    ask('showInFolder', { id: backup.id }).catch((error: unknown) => say({ fault: faultOf(error) }))
  }
  return (
    <>
      <div className="buttons">
        <Button
          variant="default"
          leftSection={<IconShieldSearch size={18} stroke={1.75} aria-hidden />}
          loading={check.running === 'verify'}
          disabled={check.running !== null}
          onClick={() => run('verify')}
        >
          {texts.details.check}
        </Button>
        <Button
          variant="default"
          leftSection={<IconTestPipe size={18} stroke={1.75} aria-hidden />}
          loading={check.running === 'prove'}
          disabled={check.running !== null}
          onClick={() => run('prove')}
        >
          {texts.details.prove}
        </Button>
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={18} stroke={1.75} aria-hidden />}
          onClick={show}
        >
          {texts.details.showInFolder}
        </Button>
        <Button
          variant="default"
          leftSection={<IconHistory size={18} stroke={1.75} aria-hidden />}
          onClick={onRestore}
        >
          {texts.restore.open}
        </Button>
      </div>
      {check.running !== null && <RunningCheck kind={check.running} database={backup.database} />}
      <div aria-live="polite">{check.result !== null && <CheckOutcome result={check.result} />}</div>
      {check.fault !== null && <FaultNotice fault={check.fault} />}
    </>
  )
}

function RunningCheck({ kind, database }: { readonly kind: Job['kind']; readonly database: string }) {
  const today = useToday()
  const jobs = useProgress(today.value?.running ?? [], today.reload)
  const job = jobs.find((one) => one.kind === kind && one.database === database)
  return job === undefined ? null : <JobProgress progress={job} />
}

function CheckOutcome({ result }: { readonly result: CheckResult | ProofResult }) {
  const { verdict, differences, durationMs } = result
  return (
    <div className="outcome">
      <p>{texts.details.verdict[verdict](format.duration(durationMs))}</p>
      {'notes' in result && result.notes.map((note) => <p key={note}>{note}</p>)}
      {differences.length > 0 && <Differences differences={differences} />}
    </div>
  )
}
