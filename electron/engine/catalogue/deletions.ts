import * as z from 'zod'
import { localDestination } from './backup-row.ts'
import type { Catalogue } from './catalogue.ts'
import { Json, Time } from './column.ts'
import { ProcessIdentity } from './job-row.ts'
import { isAlive, type ProcessIdentity as Owner } from './process-identity.ts'

const DeletionRow = z.object({
  seq: z.int(),
  plan: z.string(),
  backupId: z.string(),
  database: z.string(),
  takenAt: Time,
  /** The backup folder, and the archive below it. */
  folder: z.string(),
  file: z.string(),
  reason: z.string(),
  /** Null: it could not go on, and left the rest for another time. */
  owner: Json.pipe(ProcessIdentity).nullable(),
  begunAt: Time,
  endedAt: Time.nullable(),
  /** `undone`: its files are where they were. */
  outcome: z.enum(['deleted', 'undone']).nullable(),
})
/** One backup that retention took away, or began to. */
export type Deletion = z.output<typeof DeletionRow>

const select = `SELECT seq, plan, backup_id AS backupId, database, taken_at AS takenAt, folder, file, reason, owner,
  begun_at AS begunAt, ended_at AS endedAt, outcome FROM deletions`

interface NewDeletion {
  readonly plan: string
  readonly backupId: string
  readonly reason: string
  readonly owner: Owner
  readonly now: number
  /** How many good ones, and if it is proven how many proven ones, there must be besides it. */
  readonly floor: number
  /** Backups dated later than this (ms) do not count. */
  readonly until: number
}

const Count = z.object({ count: z.int() })
const good = "state IN ('intact', 'proven', 'copied')"

/**
 * Writes down that a backup will be deleted, before anything of it is touched, and returns the number of the entry.
 * Undefined, and nothing is written, when it must stay after all: the last look before a step that cannot be taken
 * back, in one transaction with it, and by counting instead of by the plan (INV-10). A database that had a backup
 * pinned, found bad or deleted since the plan was made is caught here, whichever process did it.
 */
export function beginDeletion(catalogue: Catalogue, deletion: NewDeletion): number | undefined {
  const { plan, backupId, reason, owner, now, floor, until } = deletion
  return catalogue.write(() => {
    const others = (condition: string): number =>
      catalogue.get(
        Count,
        `SELECT count(*) AS count FROM (SELECT 1 FROM backups AS other, backups AS this
         WHERE this.id = @backupId AND other.database = this.database AND other.folder = this.folder
           AND other.id <> this.id AND other.${condition} AND other.taken_at <= @until
           AND EXISTS (SELECT 1 FROM copies WHERE backup_id = other.id AND destination = @destination)
           AND NOT EXISTS (SELECT 1 FROM deletions WHERE backup_id = other.id AND ended_at IS NULL)
         LIMIT @floor)`,
        { backupId, floor, until, destination: localDestination },
      )?.count ?? 0
    const proven = `${good} AND other.proven_at IS NOT NULL`
    const goodLeft = others(good)
    const provenLeft = others(proven)
    const begun = catalogue.run(
      `INSERT INTO deletions (plan, backup_id, destination, database, taken_at, folder, file, bytes, sha256, reason,
         owner, begun_at)
       SELECT @plan, id, @destination, database, taken_at, folder, file, bytes, sha256, @reason, @owner, @now
       FROM backups WHERE id = @backupId AND ${good} AND pinned_at IS NULL AND taken_at <= @until
         AND @goodLeft >= @floor AND (proven_at IS NULL OR @provenLeft >= @floor)
         AND NOT EXISTS (SELECT 1 FROM deletions WHERE backup_id = @backupId AND ended_at IS NULL)`,
      {
        plan,
        backupId,
        destination: localDestination,
        reason,
        owner: JSON.stringify(owner),
        now,
        until,
        floor,
        goodLeft,
        provenLeft,
      },
    )
    return begun === 0 ? undefined : catalogue.get(Seq, 'SELECT max(seq) AS seq FROM deletions')?.seq
  })
}

const Seq = z.object({ seq: z.int() })

/**
 * Ends an entry: the backup is off the list in the same transaction, unless another destination holds it still
 * (INV-15), or its files are where they were.
 */
export function endDeletion(
  catalogue: Catalogue,
  { seq, backupId }: Pick<Deletion, 'seq' | 'backupId'>,
  outcome: 'deleted' | 'undone',
  now: number,
): void {
  catalogue.write(() => {
    catalogue.run(
      'UPDATE deletions SET ended_at = @now, outcome = @outcome WHERE seq = @seq AND ended_at IS NULL',
      {
        seq,
        outcome,
        now,
      },
    )
    if (outcome === 'undone') return
    catalogue.run('DELETE FROM copies WHERE backup_id = @backupId AND destination = @destination', {
      backupId,
      destination: localDestination,
    })
    catalogue.run(
      `DELETE FROM backups WHERE id = @backupId AND NOT EXISTS (SELECT 1 FROM copies WHERE backup_id = @backupId)`,
      { backupId },
    )
  })
}

/** Says that a deletion could not be brought to its end now. */
export const leaveDeletion = (catalogue: Catalogue, seq: number): void =>
  void catalogue.run('UPDATE deletions SET owner = NULL WHERE seq = @seq AND ended_at IS NULL', { seq })

/** Nobody takes longer to delete three files. */
const longestMs = 15 * 60_000

/** Deletions that nobody is at work at any more, oldest first: their process died, or could not go on. */
export const abandonedDeletions = (catalogue: Catalogue, now: number, alive = isAlive): readonly Deletion[] =>
  catalogue
    .all(DeletionRow, `${select} WHERE ended_at IS NULL ORDER BY seq`)
    .filter(
      ({ owner, begunAt }) => owner === null || now - begunAt > longestMs || !alive(owner, now, begunAt),
    )

/** The journal, newest first. */
export const listDeletions = (catalogue: Catalogue, limit: number): readonly Deletion[] =>
  catalogue.all(DeletionRow, `${select} ORDER BY seq DESC LIMIT +@limit`, { limit })
