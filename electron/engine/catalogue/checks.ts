import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import { BackupState, CheckResult } from '../../shared/model.ts'
import type { Catalogue } from './catalogue.ts'
import { Json, Time } from './column.ts'
import { recordLocalCopy } from './record-backup.ts'

const CheckRow = z.object({
  id: z.string(),
  kind: z.enum(['integrity', 'proof']),
  verdict: z.enum(['intact', 'corrupt', 'missing', 'proven', 'different']),
  differences: Json.pipe(CheckResult.shape.differences),
  startedAt: Time,
  durationMs: z.int(),
})
/** One check of one backup as it happened. `different`: restored, and the fingerprint was not the same. */
export type Check = z.output<typeof CheckRow>

interface About {
  readonly backupId: string
  readonly differences: readonly Check['differences'][number][]
  readonly startedAt: number
  readonly durationMs: number
}

type NewCheck = About &
  (
    | { readonly kind: 'integrity'; readonly verdict: 'intact' | 'corrupt' | 'missing' }
    | { readonly kind: 'proof'; readonly verdict: 'proven' | 'different' }
  )

/**
 * Keeps what a check found and moves the backup on the ladder accordingly. Throws BACKUP_UNKNOWN. Times in
 * milliseconds.
 */
export function recordCheck(catalogue: Catalogue, check: NewCheck): void {
  const { backupId, kind, verdict, differences, startedAt, durationMs } = check
  catalogue.write(() => {
    climb(catalogue, check)
    catalogue.run(
      `INSERT INTO checks (id, backup_id, kind, verdict, differences, started_at, duration_ms)
       VALUES (@id, @backupId, @kind, @verdict, @differences, @startedAt, @durationMs)`,
      {
        id: randomUUID(),
        backupId,
        kind,
        verdict,
        differences: JSON.stringify(differences),
        startedAt,
        durationMs,
      },
    )
  })
}

/** Keeps what a proof found. One that found the file bad never came to a restore: it was an integrity check. */
export function recordProof(
  catalogue: Catalogue,
  proof: About & { readonly verdict: 'proven' | 'different' | 'corrupt' | 'missing' },
): void {
  const { verdict } = proof
  if (verdict === 'proven' || verdict === 'different')
    recordCheck(catalogue, { ...proof, kind: 'proof', verdict })
  else recordCheck(catalogue, { ...proof, kind: 'integrity', verdict })
}

const Rung = z.object({ state: BackupState, proven_at: Time.nullable() })

function climb(catalogue: Catalogue, { backupId, verdict, startedAt, durationMs }: NewCheck): void {
  const rung = catalogue.get(Rung, 'SELECT state, proven_at FROM backups WHERE id = @backupId', { backupId })
  if (!rung) throw new FaultError('BACKUP_UNKNOWN', { values: { id: backupId } })
  const endedAt = startedAt + durationMs
  if (verdict === 'intact') {
    const isLower = rung.state !== 'proven' && rung.state !== 'copied'
    if (isLower) setState(catalogue, backupId, rung.proven_at === null ? 'intact' : 'proven')
    catalogue.run('UPDATE backups SET checked_at = @endedAt WHERE id = @backupId', { backupId, endedAt })
  } else if (verdict === 'proven') {
    // A proof reads and compares every byte before it restores them, so it is an integrity check too.
    if (rung.state !== 'copied') setState(catalogue, backupId, 'proven')
    catalogue.run('UPDATE backups SET proven_at = @endedAt, checked_at = @endedAt WHERE id = @backupId', {
      backupId,
      endedAt,
    })
  } else if (verdict === 'different') {
    // Its bytes may be as they were written; they are not what the till held. Nothing good may be said of it.
    setState(catalogue, backupId, 'taken')
    catalogue.run('UPDATE backups SET proven_at = NULL WHERE id = @backupId', { backupId })
  } else {
    setState(catalogue, backupId, verdict)
  }
}

/** Moves a backup without a check, as when its file was found gone. Throws BACKUP_UNKNOWN. */
export function setState(catalogue: Catalogue, id: string, state: BackupState): void {
  catalogue.write(() => {
    const changed = catalogue.run('UPDATE backups SET state = @state WHERE id = @id', { id, state })
    if (changed === 0) throw new FaultError('BACKUP_UNKNOWN', { values: { id } })
    recordLocalCopy(catalogue, id)
  })
}

/** How long the last proof of a backup took, ms; null when there was none. */
export const lastProofMs = (catalogue: Catalogue, backupId: string): number | null =>
  checksOf(catalogue, backupId).find(({ kind }) => kind === 'proof')?.durationMs ?? null

/** The checks of one backup, newest first. */
export const checksOf = (catalogue: Catalogue, backupId: string): Check[] =>
  catalogue.all(
    CheckRow,
    `SELECT id, kind, verdict, differences, started_at AS startedAt, duration_ms AS durationMs
     FROM checks WHERE backup_id = @backupId ORDER BY seq DESC`,
    { backupId },
  )
