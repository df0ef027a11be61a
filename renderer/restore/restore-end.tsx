import { Button } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Fault } from '../../electron/shared/fault.ts'
import type { RestoreResult } from '../../electron/shared/restore-model.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { Outcome, OutcomeHead } from './outcome.tsx'
import { isTillAsItWas } from './run-rules.ts'
import { ReportButton } from './report-button.tsx'
import { UndoDialog } from './undo-dialog.tsx'

const words = texts.restore.result

interface RestoreResultPageProps {
  readonly result: RestoreResult
  /** Whether what it swapped out is still there. */
  readonly canUndo: boolean
  readonly onToday: () => void
}

/** The end of a restore, with what can be done about it. An undo that was asked for here ends here too. */
export function RestoreResultPage({ result, canUndo, onToday }: RestoreResultPageProps) {
  const [undoing, setUndoing] = useState(false)
  const [undone, setUndone] = useState<RestoreResult | null>(null)
  const shown = undone ?? result
  const mayUndo = canUndo && undone === null
  return (
    <Outcome key={shown.id} result={shown}>
      <div className="buttons outcome-buttons">
        <Button onClick={onToday}>{words.today}</Button>
        {mayUndo && (
          <Button variant="default" onClick={() => setUndoing(true)}>
            {texts.restore.kept.undo}
          </Button>
        )}
        {shown.report !== null && <ReportButton id={shown.id} label={words.report} />}
      </div>
      {mayUndo && (
        <UndoDialog
          restore={result}
          opened={undoing}
          onClose={() => setUndoing(false)}
          onUndone={setUndone}
        />
      )}
    </Outcome>
  )
}

interface RestoreFaultPageProps {
  readonly fault: Fault
  readonly database: string
  readonly onAgain: () => void
  readonly onToday: () => void
}

/** It did not end well. What that means for the till is said first, the reason after it. */
export function RestoreFaultPage({ fault, database, onAgain, onToday }: RestoreFaultPageProps) {
  const isKnown = isTillAsItWas(fault)
  return (
    <div className="outcome-page">
      <OutcomeHead
        mark={isKnown ? 'at-risk' : 'attention'}
        word={isKnown ? words.words['not-restored'] : words.unknownWord}
        sentence={isKnown ? words.asItWas(database) : words.unknown}
      />
      <FaultNotice fault={fault} />
      <div className="buttons outcome-buttons">
        <Button onClick={onToday}>{words.today}</Button>
        {isKnown && (
          <Button variant="default" onClick={onAgain}>
            {words.again}
          </Button>
        )}
      </div>
    </div>
  )
}
