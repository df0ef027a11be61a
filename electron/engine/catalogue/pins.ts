import { FaultError } from '../../shared/fault.ts'
import type { Catalogue } from './catalogue.ts'

/** Says that a backup must stay, or with null that it need not any more. Throws BACKUP_UNKNOWN. */
export function setPinned(catalogue: Catalogue, id: string, pinnedAt: number | null): void {
  const changed = catalogue.run(
    `UPDATE backups SET pinned_at = iif(@pinnedAt IS NULL, NULL, coalesce(pinned_at, @pinnedAt)) WHERE id = @id`,
    { id, pinnedAt },
  )
  if (changed === 0) throw new FaultError('BACKUP_UNKNOWN', { values: { id } })
}
