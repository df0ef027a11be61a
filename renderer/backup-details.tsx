import { Button, Skeleton } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useCallback } from 'react'
import { texts } from '../electron/shared/texts.ts'
import type { Output } from '../electron/shared/ipc.ts'
import { BackupActions } from './backup-actions.tsx'
import { BackupFacts } from './backup-facts.tsx'
import { BackupTables } from './backup-tables.tsx'
import { FaultNotice } from './fault-notice.tsx'
import { format } from './format.ts'
import { Ladder } from './ladder.tsx'
import { ask, useAnswer } from './larder.ts'
import { Name } from './name.tsx'
import { ScreenTitle } from './screen-title.tsx'

interface BackupDetailsProps {
  readonly id: string
  readonly onBack: () => void
  readonly onRestore: () => void
}

/** Everything known about one backup: what was checked, what it holds, where it lies. */
export function BackupDetails({ id, onBack, onRestore }: BackupDetailsProps) {
  const { value, fault } = useAnswer(useCallback(() => ask('showBackup', { id }), [id]))
  return (
    <article className="details">
      <Button
        className="back"
        variant="subtle"
        size="compact-sm"
        leftSection={<IconArrowLeft size={16} aria-hidden />}
        onClick={onBack}
      >
        {texts.details.backToList}
      </Button>
      {fault !== null && <FaultNotice fault={fault} />}
      {value === null && fault === null && <Skeleton height={240} radius="md" />}
      {value !== null && <Loaded details={value} onRestore={onRestore} />}
    </article>
  )
}

interface LoadedProps {
  readonly details: Output<'showBackup'>
  readonly onRestore: () => void
}

function Loaded({ details, onRestore }: LoadedProps) {
  const { backup } = details
  return (
    <>
      <header className="details-head">
        <p className="details-name">
          <Name of={backup.database} />
        </p>
        <ScreenTitle>{texts.details.title(format.when(backup.takenAt))}</ScreenTitle>
        <p className="details-state">
          <Ladder state={backup.state} />
          <span>{texts.states[backup.state].means}</span>
        </p>
        <BackupActions backup={backup} onRestore={onRestore} />
      </header>
      <div className="details-columns">
        <BackupTables backup={backup} fingerprint={details.fingerprint} />
        <BackupFacts details={details} />
      </div>
    </>
  )
}
