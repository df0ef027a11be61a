import { Button } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { texts } from '../../electron/shared/texts.ts'
import type { Restore } from '../../electron/shared/restore-model.ts'
import { format } from '../format.ts'
import { ScreenTitle } from '../screen-title.tsx'
import { ReportButton } from './report-button.tsx'
import { RestoreResultPage } from './restore-end.tsx'

const words = texts.restore.list

interface PastRestoreProps {
  readonly restore: Restore
  readonly onBack: () => void
  readonly onToday: () => void
}

/** What came of one restore of the past. */
export const PastRestore = ({ restore, onBack, onToday }: PastRestoreProps) => (
  <article className="details">
    <Button
      className="back"
      variant="subtle"
      size="compact-sm"
      leftSection={<IconArrowLeft size={16} aria-hidden />}
      onClick={onBack}
    >
      {words.back}
    </Button>
    {restore.result === null ? (
      <>
        <ScreenTitle>{words.detail(format.when(restore.startedAt))}</ScreenTitle>
        <p className="lead outcome-lead">{restore.state === 'running' ? words.running : words.none}</p>
        {restore.report !== null && <ReportButton id={restore.id} label={texts.restore.result.report} />}
      </>
    ) : (
      <RestoreResultPage result={restore.result} canUndo={restore.state === 'kept'} onToday={onToday} />
    )}
  </article>
)
