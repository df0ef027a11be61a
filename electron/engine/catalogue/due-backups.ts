import * as z from 'zod'
import type { Catalogue } from './catalogue.ts'
import { Time } from './column.ts'

const Newest = z.object({ id: z.string(), takenAt: Time, provenAt: Time.nullable() })

/** The newest good backup of a database that is not dated after `until`, as one made under a wrong clock may be. */
export const newestGood = (
  catalogue: Catalogue,
  database: string,
  until: number,
): z.output<typeof Newest> | undefined =>
  catalogue.get(
    Newest,
    `SELECT id, taken_at AS takenAt, proven_at AS provenAt FROM backups
     WHERE state IN ('intact', 'proven', 'copied') AND database = +@database AND taken_at <= +@until
     ORDER BY taken_at DESC, id DESC LIMIT 1`,
    { database, until },
  )

const Unchecked = z.object({ id: z.string(), database: z.string() })

/** Backups that were not read in full since then, newest first. One known to be corrupt has nothing to tell. */
export const uncheckedSince = (catalogue: Catalogue, since: number): z.output<typeof Unchecked>[] =>
  catalogue.all(
    Unchecked,
    `SELECT id, database FROM backups WHERE state <> 'corrupt' AND coalesce(checked_at, 0) < @since
     ORDER BY taken_at DESC, id DESC`,
    { since },
  )
