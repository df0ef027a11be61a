import { Button } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { texts } from '../electron/shared/texts.ts'
import { faults } from '../electron/shared/fault-table.ts'
import type { Output } from '../electron/shared/ipc.ts'
import type { Job } from '../electron/shared/model.ts'
import { FaultNotice } from './fault-notice.tsx'
import { format } from './format.ts'
import { ask } from './larder.ts'
import { NewPassword } from './new-password.tsx'

interface FailuresProps {
  readonly failures: readonly Job[]
  readonly askedJobId: string | undefined
}

/** The runs that did not end well and are not made good yet, each with its reason. */
export function Failures({ failures, askedJobId }: FailuresProps) {
  return failures.map((job) => (
    <FaultNotice key={job.id} title={titleOf(job)} fault={reasonOf(job)} asked={job.id === askedJobId}>
      {needsPassword(job.fault) && <NewPassword onChanged={tryAgain} />}
    </FaultNotice>
  ))
}

/** How it ends shows on this page like the end of every other run. */
const tryAgain = (): void => void ask('backUpNow', undefined).catch(() => undefined)

/** Entering the database password again is what puts these right. */
export const needsPassword = (fault: Job['fault']): boolean =>
  fault?.code === 'DB_AUTH' || fault?.code === 'SECRETS_LOCKED'

function titleOf(job: Job): string {
  const when = format.when(job.endedAt ?? job.startedAt)
  if (job.state === 'interrupted') return texts.today.interrupted(job.database, when)
  return texts.today.failed[job.kind](job.database, when)
}

/** A run of a process that died could not note its own reason. */
const reasonOf = ({ fault, state }: Job) =>
  fault ?? faults[state === 'interrupted' ? 'INTERRUPTED' : 'INTERNAL']

interface RecoveryReminderProps {
  readonly today: Output<'today'>
  readonly onRecovery: () => void
}

/** Backups that only this PC can open are half a promise: until the key is confirmed, Today asks for it. */
export function RecoveryReminder({ today, onRecovery }: RecoveryReminderProps) {
  if (!today.encrypted || today.recoveryConfirmed) return null
  return (
    <section className="ask" aria-labelledby="ask-recovery">
      <IconKey size={22} stroke={1.75} aria-hidden />
      <div>
        <h2 id="ask-recovery">{texts.today.recovery.title}</h2>
        <p>{texts.today.recovery.text}</p>
      </div>
      <Button variant="default" onClick={onRecovery}>
        {texts.today.recovery.action}
      </Button>
    </section>
  )
}
