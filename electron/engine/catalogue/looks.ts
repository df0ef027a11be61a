import * as z from 'zod'
import type { Catalogue } from './catalogue.ts'
import { Json, Time } from './column.ts'

const DatedRow = z.object({ id: z.string(), takenAt: Time })

/** The newest good backups of a database up to a moment (ms), newest first. */
export const goodBackups = (
  catalogue: Catalogue,
  database: string,
  { until, limit }: { readonly until: number; readonly limit: number },
): readonly z.output<typeof DatedRow>[] =>
  catalogue.all(
    DatedRow,
    `SELECT id, taken_at AS takenAt FROM backups
     WHERE state IN ('intact', 'proven', 'copied') AND database = +@database AND taken_at <= +@until
     ORDER BY taken_at DESC, id DESC LIMIT +@limit`,
    { database, until, limit },
  )

const LookRow = z.object({
  id: z.string(),
  takenAt: Time,
  bytes: z.int(),
  server: z.string().nullable(),
  tables: Json.pipe(
    z.array(
      z.object({ name: z.string(), isPartitioned: z.int().transform((flag) => flag === 1), rows: z.int() }),
    ),
  ),
})

/** What the manifest of a backup says of its database; undefined when there is none. */
export const lookOf = (catalogue: Catalogue, id: string): z.output<typeof LookRow> | undefined =>
  catalogue.get(
    LookRow,
    `SELECT id, taken_at AS takenAt, bytes, json_extract(manifests.json, '$.server.systemIdentifier') AS server,
       (SELECT json_group_array(json_object(
          'name', value ->> 'schema' || '.' || (value ->> 'name'),
          'isPartitioned', value ->> 'kind' = 'partitioned', 'rows', value ->> 'rows'))
        FROM json_each(manifests.json, '$.fingerprint.tables')) AS tables
     FROM backups JOIN manifests ON backup_id = id WHERE id = @id`,
    { id },
  )

const ProofRow = z.object({ verdict: z.enum(['proven', 'different']), endedAt: Time })

/** How the last proof of a database ended that came to a verdict. */
export const lastProof = (catalogue: Catalogue, database: string): z.output<typeof ProofRow> | undefined =>
  catalogue.get(
    ProofRow,
    `SELECT verdict, started_at + checks.duration_ms AS endedAt FROM checks
     JOIN (SELECT id AS of FROM backups WHERE database = +@database ORDER BY taken_at DESC LIMIT 20) ON of = backup_id
     WHERE kind = 'proof' ORDER BY seq DESC LIMIT 1`,
    { database },
  )

const FailureRow = z.object({ code: z.string(), text: z.string(), endedAt: Time })

/** The fault of the last proof of a database, when that one came to no verdict. */
export const failedProof = (
  catalogue: Catalogue,
  database: string,
): z.output<typeof FailureRow> | undefined =>
  catalogue.get(
    FailureRow,
    `SELECT json_extract(fault, '$.code') AS code, json_extract(fault, '$.text') AS text, ended_at AS endedAt
     FROM (SELECT * FROM jobs WHERE kind = 'prove' AND database = @database
             AND state IN ('done', 'failed', 'interrupted') AND seq > (SELECT max(seq) - 500 FROM jobs)
           ORDER BY seq DESC LIMIT 1)
     WHERE state <> 'done' AND fault IS NOT NULL`,
    { database },
  )

const Growth = z.object({ bytes: z.int(), first: Time.nullable() })

/** By how much the backups in the folder have grown since a moment (ms), and when the oldest of them was taken. */
export const growthSince = (catalogue: Catalogue, since: number): z.output<typeof Growth> =>
  catalogue.get(
    Growth,
    `SELECT (SELECT coalesce(sum(bytes), 0) FROM backups WHERE taken_at > @since AND state <> 'missing')
       - (SELECT coalesce(sum(bytes), 0) FROM deletions
          WHERE outcome = 'deleted' AND ended_at > @since AND taken_at <= @since) AS bytes,
       (SELECT min(taken_at) FROM backups) AS first`,
    { since },
  ) ?? { bytes: 0, first: null }
