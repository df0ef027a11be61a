import { Button, NativeSelect, Skeleton } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { Restore } from '../electron/shared/restore-model.ts'
import { texts } from '../electron/shared/texts.ts'
import { BackupDetails } from './backup-details.tsx'
import { BackupTable, rowId } from './backup-table.tsx'
import { FaultNotice } from './fault-notice.tsx'
import { RestoreList } from './restore/restore-list.tsx'
import { ScreenTitle } from './screen-title.tsx'
import { useBackupPages } from './use-backup-pages.ts'

interface BackupsProps {
  readonly databases: readonly string[]
  /** The backup whose details are open. */
  readonly opened: string | null
  readonly onOpen: (backupId: string | null) => void
  /** Begins a restore, of this backup or of one that is chosen first. */
  readonly onRestore: (backupId: string | null) => void
  readonly onRestored: (restore: Restore) => void
  readonly onToday: () => void
}

/** Every backup, newest first, or the details of one. The list stays behind the details, and is found again. */
export function Backups({ databases, opened, onOpen, onRestore, onRestored, onToday }: BackupsProps) {
  const [database, setDatabase] = useState('')
  useReturnTo(opened)
  return (
    <>
      {opened !== null && (
        <div className="place">
          <BackupDetails
            key={opened}
            id={opened}
            onBack={() => onOpen(null)}
            onRestore={() => onRestore(opened)}
          />
        </div>
      )}
      <div className="place" hidden={opened !== null}>
        <div className="place-head">
          <ScreenTitle>{texts.backups.title}</ScreenTitle>
          <div className="buttons">
            {databases.length > 1 && (
              <NativeSelect
                aria-label={texts.backups.filter}
                value={database}
                onChange={(event) => setDatabase(event.currentTarget.value)}
                data={[{ value: '', label: texts.backups.all }, ...databases]}
              />
            )}
            <Button
              variant="default"
              leftSection={<IconHistory size={18} stroke={1.75} aria-hidden />}
              onClick={() => onRestore(null)}
            >
              {texts.restore.open}
            </Button>
          </div>
        </div>
        <BackupList
          key={database}
          database={database === '' ? undefined : database}
          several={databases.length > 1}
          onOpen={onOpen}
          onToday={onToday}
        />
        <RestoreList onOpen={onRestored} />
      </div>
    </>
  )
}

/** Back from the details, the focus (and with it the view) returns to the row that was opened. */
function useReturnTo(opened: string | null): void {
  const last = useRef(opened)
  useEffect(() => {
    if (opened === null && last.current !== null) document.getElementById(rowId(last.current))?.focus()
    last.current = opened
  }, [opened])
}

interface BackupListProps {
  readonly database: string | undefined
  readonly several: boolean
  readonly onOpen: (backupId: string) => void
  readonly onToday: () => void
}

function BackupList({ database, several, onOpen, onToday }: BackupListProps) {
  const { backups, fault, more, loadMore } = useBackupPages(database)
  if (backups === null)
    return fault === null ? <Skeleton height={240} radius="md" /> : <FaultNotice fault={fault} />
  return (
    <>
      {fault !== null && <FaultNotice fault={fault} />}
      {backups.length === 0 && <Empty database={database} onToday={onToday} />}
      {backups.length > 0 && <BackupTable backups={backups} several={several} onOpen={onOpen} />}
      {more && (
        <Button className="more" variant="default" onClick={loadMore}>
          {texts.backups.more}
        </Button>
      )}
    </>
  )
}

function Empty({
  database,
  onToday,
}: {
  readonly database: string | undefined
  readonly onToday: () => void
}) {
  return (
    <div className="empty">
      <strong>{database === undefined ? texts.backups.empty : texts.backups.emptyFor(database)}</strong>
      <p>{database === undefined ? texts.backups.emptyText : texts.backups.emptyForText}</p>
      <Button variant="default" onClick={onToday}>
        {texts.backups.goToday}
      </Button>
    </div>
  )
}
