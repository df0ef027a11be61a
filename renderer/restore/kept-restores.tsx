import { Button, Modal } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Restore, RestoreResult } from '../../electron/shared/restore-model.ts'
import { format } from '../format.ts'
import { Name } from '../name.tsx'
import { Outcome } from './outcome.tsx'
import { ReleaseDialog } from './release-dialog.tsx'
import { UndoDialog } from './undo-dialog.tsx'

const words = texts.restore.kept

/** For every restore that can be taken back: what is kept, until when, and the two ways on. */
export function KeptRestores({ kept }: { readonly kept: readonly Restore[] }) {
  const [undone, setUndone] = useState<RestoreResult | null>(null)
  return (
    <>
      {kept.map((restore) => (
        <KeptRestore key={restore.id} restore={restore} onUndone={setUndone} />
      ))}
      {/* Outside the card, which is gone as soon as nothing is kept any more. */}
      <Modal
        opened={undone !== null}
        onClose={() => setUndone(null)}
        size="lg"
        title={words.undo}
        closeButtonProps={{ 'aria-label': texts.common.close }}
      >
        {undone !== null && (
          <Outcome result={undone}>
            <div className="buttons outcome-buttons">
              <Button onClick={() => setUndone(null)}>{texts.common.close}</Button>
            </div>
          </Outcome>
        )}
      </Modal>
    </>
  )
}

interface KeptRestoreProps {
  readonly restore: Restore
  readonly onUndone: (result: RestoreResult) => void
}

function KeptRestore({ restore, onUndone }: KeptRestoreProps) {
  const [asking, setAsking] = useState<'undo' | 'release' | null>(null)
  const { id, database, kind, result } = restore
  const keptAs = result?.keptAs ?? null
  const close = (): void => setAsking(null)
  return (
    <section className="ask kept" aria-labelledby={`kept-${id}`}>
      <IconHistory size={22} stroke={1.75} aria-hidden />
      <div>
        <h2 id={`kept-${id}`}>{titleOf(restore)}</h2>
        {keptAs !== null && <KeptAs kind={kind} name={keptAs} until={result?.keptUntil ?? null} />}
      </div>
      <div className="buttons">
        <Button variant="default" aria-label={words.undoNamed(database)} onClick={() => setAsking('undo')}>
          {kind === 'undo' ? words.again : words.undo}
        </Button>
        {keptAs !== null && (
          <Button
            variant="default"
            aria-label={words.releaseNamed(keptAs)}
            onClick={() => setAsking('release')}
          >
            {words.release}
          </Button>
        )}
      </div>
      <UndoDialog restore={restore} opened={asking === 'undo'} onClose={close} onUndone={onUndone} />
      {keptAs !== null && (
        <ReleaseDialog id={id} keptAs={keptAs} opened={asking === 'release'} onClose={close} />
      )}
    </section>
  )
}

function titleOf({ kind, database, startedAt, result }: Restore): string {
  const at = format.when(startedAt)
  if (kind === 'undo') return words.undone(database, at)
  const to = result?.takenAt ?? null
  return words.restored(database, to === null ? texts.restore.result.someWhen : format.when(to), at)
}

interface KeptAsProps {
  readonly kind: Restore['kind']
  readonly name: string
  readonly until: string | null
}

const KeptAs = ({ kind, name, until }: KeptAsProps) => (
  <p className="breaks">
    {kind === 'undo' ? words.what.undo : words.what.replace} <Name of={name} />
    {until === null ? words.untilUnknown : ` ${words.until(format.when(until))}`}
  </p>
)
