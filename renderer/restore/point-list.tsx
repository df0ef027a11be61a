import { Button, NativeSelect, Skeleton } from '@mantine/core'
import { useState } from 'react'
import { texts } from '../../electron/shared/texts.ts'
import type { Backup } from '../../electron/shared/model.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { format } from '../format.ts'
import { Ladder } from '../ladder.tsx'
import { Name } from '../name.tsx'
import { useBackupPages } from '../use-backup-pages.ts'

const words = texts.restore.point

interface PointListProps {
  readonly databases: readonly string[]
  readonly onChoose: (backup: Backup) => void
}

/** Every point one can go back to, newest first. */
export function PointList({ databases, onChoose }: PointListProps) {
  const [database, setDatabase] = useState(databases[0])
  return (
    <>
      {databases.length > 1 && (
        <NativeSelect
          className="point-database"
          label={words.database}
          value={database}
          onChange={(event) => setDatabase(event.currentTarget.value)}
          data={[...databases]}
        />
      )}
      <Points key={database} database={database} onChoose={onChoose} />
    </>
  )
}

interface PointsProps {
  readonly database: string | undefined
  readonly onChoose: (backup: Backup) => void
}

function Points({ database, onChoose }: PointsProps) {
  const { backups, fault, more, loadMore } = useBackupPages(database)
  if (backups === null)
    return fault === null ? <Skeleton height={240} radius="md" /> : <FaultNotice fault={fault} />
  if (backups.length === 0) {
    return (
      <div className="empty">
        <strong>{texts.backups.empty}</strong>
        <p>{texts.backups.emptyText}</p>
      </div>
    )
  }
  return (
    <section aria-label={words.choose}>
      <ul>
        {backups.map((backup) => (
          <li key={backup.id}>
            <button type="button" className="newest-row" onClick={() => onChoose(backup)}>
              <span className="newest-when">{format.when(backup.takenAt)}</span>
              {database === undefined && <Name of={backup.database} cut />}
              <Ladder state={backup.state} />
              <span className="figure">{format.bytes(backup.bytes)}</span>
            </button>
          </li>
        ))}
      </ul>
      {more && (
        <Button className="more" variant="default" onClick={loadMore}>
          {texts.backups.more}
        </Button>
      )}
    </section>
  )
}
