import * as z from 'zod'
import type { Session } from '../postgres/session.ts'

/** What CREATE DATABASE alone can decide. */
export interface Shape {
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  readonly provider: 'libc' | 'icu' | 'builtin'
  /** Of the provider ICU or builtin. */
  readonly locale: string | null
  readonly icuRules: string | null
  /** Where its files are; null: the server's usual place. */
  readonly tablespace: string | null
}

/** Everything of a database that is kept outside of it, and so is not in a dump of what is inside. */
export interface Properties {
  readonly oid: number
  readonly shape: Shape
  readonly owner: string
  readonly connectionLimit: number
  readonly isTemplate: boolean
  readonly comment: string | null
  /** Null: the usual rights, which are not written down. */
  readonly grants: readonly Grant[] | null
  /** `ALTER DATABASE … SET` and, with a role, `ALTER ROLE … IN DATABASE … SET`. */
  readonly settings: readonly { readonly role: string | null; readonly setting: string }[]
}

export interface Grant {
  /** Null: PUBLIC. */
  readonly to: string | null
  readonly privilege: string
  readonly grantable: boolean
}

const providers = { c: 'libc', i: 'icu', b: 'builtin' } as const

const Row = z.object({
  oid: z.number(),
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  provider: z.enum(['c', 'i', 'b']),
  locale: z.string().nullable(),
  icuRules: z.string().nullable(),
  owner: z.string(),
  connectionLimit: z.number(),
  isTemplate: z.boolean(),
  tablespace: z.string().nullable(),
  comment: z.string().nullable(),
  hasGrants: z.boolean(),
})
const GrantRow = z.object({ to: z.string().nullable(), privilege: z.string(), grantable: z.boolean() })
const SettingRow = z.object({ role: z.string().nullable(), setting: z.string() })

// Which columns there are depends on the server's version; as JSON a missing one is null.
const properties = `
SELECT d.oid::integer AS oid, pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype,
  coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
  coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale,
  to_jsonb(d) ->> 'daticurules' AS "icuRules",
  pg_get_userbyid(datdba) AS owner, datconnlimit AS "connectionLimit", datistemplate AS "isTemplate",
  nullif(t.spcname, 'pg_default') AS tablespace, shobj_description(d.oid, 'pg_database') AS comment, datacl IS NOT NULL AS "hasGrants"
FROM pg_database AS d JOIN pg_tablespace AS t ON t.oid = dattablespace
WHERE datname = $1`

const grants = `
SELECT CASE WHEN grantee = 0 THEN NULL ELSE pg_get_userbyid(grantee) END AS to, privilege_type AS privilege,
  is_grantable AS grantable
FROM pg_database, aclexplode(datacl)
WHERE datname = $1`

const settings = `
SELECT CASE WHEN setrole = 0 THEN NULL ELSE pg_get_userbyid(setrole) END AS role, unnest(setconfig) AS setting
FROM pg_db_role_setting JOIN pg_database AS d ON d.oid = setdatabase
WHERE datname = $1
ORDER BY 1 NULLS FIRST`

/** Reads them from any session of the same server; undefined when there is no such database. */
export async function readProperties(session: Session, database: string): Promise<Properties | undefined> {
  const [row] = await session.query(Row, properties, [database])
  if (row === undefined) return undefined
  const { oid, owner, connectionLimit, isTemplate, comment, hasGrants, ...shape } = row
  return {
    oid,
    owner,
    connectionLimit,
    isTemplate,
    comment,
    shape: { ...shape, provider: providers[shape.provider] },
    grants: hasGrants ? await session.query(GrantRow, grants, [database]) : null,
    settings: await session.query(SettingRow, settings, [database]),
  }
}
