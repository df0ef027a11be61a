import { useCallback, useEffect, useRef, useState } from 'react'
import type { Fault } from '../electron/shared/fault.ts'
import type { Backup } from '../electron/shared/model.ts'
import { ask, faultOf, useEvent } from './larder.ts'
import { withNewest, withOlder } from './page-rules.ts'

const pageSize = 50
/** The contract's bound for one question. */
const largestPage = 200

interface BackupPages {
  /** Newest first; null until the first answer. */
  readonly backups: readonly Backup[] | null
  readonly fault: Fault | null
  /** Whether there may be older ones. */
  readonly more: boolean
  readonly loadMore: () => void
}

/**
 * The list of backups by pages, from the newest on. When something changes the newest are read again; the older
 * ones that were loaded before stay below them.
 */
export function useBackupPages(database: string | undefined): BackupPages {
  const [pages, setPages] = useState<Omit<BackupPages, 'loadMore'>>({
    backups: null,
    fault: null,
    more: false,
  })
  const shown = useRef(pageSize)
  const read = useCallback(
    (before: Pick<Backup, 'takenAt' | 'id'> | undefined, limit: number) =>
      ask('listBackups', {
        limit,
        ...(database === undefined ? {} : { database }),
        ...(before === undefined ? {} : { before: { takenAt: before.takenAt, id: before.id } }),
      }),
    [database],
  )
  const fail = useCallback((error: unknown) => setPages((old) => ({ ...old, fault: faultOf(error) })), [])
  const reload = useCallback(() => {
    const limit = Math.min(largestPage, shown.current)
    read(undefined, limit).then(
      (newest) => setPages((old) => ({ ...withNewest(newest, old.backups ?? [], limit), fault: null })),
      fail,
    )
  }, [read, fail])
  useEffect(reload, [reload])
  useEvent('changed', reload)

  const loadMore = (): void => {
    const known = pages.backups ?? []
    shown.current = known.length + pageSize
    read(known.at(-1), pageSize).then(
      (older) => setPages({ backups: withOlder(known, older), fault: null, more: older.length === pageSize }),
      fail,
    )
  }
  return { ...pages, loadMore }
}
