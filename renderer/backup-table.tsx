import { IconChevronRight } from '@tabler/icons-react'
import { texts } from '../electron/shared/texts.ts'
import type { Backup } from '../electron/shared/model.ts'
import { format } from './format.ts'
import { Ladder } from './ladder.tsx'
import { Name } from './name.tsx'

interface BackupTableProps {
  readonly backups: readonly Backup[]
  /** Whether there is more than one database to tell apart. */
  readonly several: boolean
  readonly onOpen: (backupId: string) => void
}

/** The list itself. The whole row opens the details; for the keyboard the time of the backup is the button. */
export function BackupTable({ backups, several, onOpen }: BackupTableProps) {
  const { columns, caption } = texts.backups
  return (
    <table className="table backups">
      <caption className="for-readers">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.taken}</th>
          {several && <th scope="col">{columns.database}</th>}
          <th scope="col">{columns.state}</th>
          <th scope="col" className="figure wide-only">
            {columns.tables}
          </th>
          <th scope="col" className="figure wide-only">
            {columns.rows}
          </th>
          <th scope="col" className="figure">
            {columns.size}
          </th>
          <td aria-hidden="true" />
        </tr>
      </thead>
      <tbody>
        {backups.map((backup) => (
          <BackupRow key={backup.id} backup={backup} several={several} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  )
}

/** The element that opens this backup. */
export const rowId = (backupId: string): string => `open-${backupId}`

interface BackupRowProps {
  readonly backup: Backup
  readonly several: boolean
  readonly onOpen: (backupId: string) => void
}

function BackupRow({ backup, several, onOpen }: BackupRowProps) {
  const when = format.when(backup.takenAt)
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          id={rowId(backup.id)}
          className="row-button"
          aria-label={texts.backups.open(when, backup.database)}
          onClick={() => onOpen(backup.id)}
        >
          {when}
        </button>
      </th>
      {several && (
        <td className="name-cell">
          <Name of={backup.database} cut />
        </td>
      )}
      <td>
        <Ladder state={backup.state} />
      </td>
      <td className="figure wide-only">{format.number(backup.tables)}</td>
      <td className="figure wide-only">{format.number(backup.rows)}</td>
      <td className="figure">{format.bytes(backup.bytes)}</td>
      <td className="row-arrow">
        <IconChevronRight size={16} aria-hidden />
      </td>
    </tr>
  )
}
