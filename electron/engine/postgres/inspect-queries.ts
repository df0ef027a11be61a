import { relationList } from './catalogue-queries.ts'

export const serverFacts = `
SELECT current_setting('server_version') AS version,
  current_setting('server_version_num')::integer AS "versionNum",
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
  has_table_privilege('pg_authid', 'SELECT') AS "rolePasswords",
  has_function_privilege('pg_control_system()', 'EXECUTE') AS "mayIdentify"`

export const systemIdentifier = 'SELECT system_identifier::text AS identifier FROM pg_control_system()'

/** -2 marks a database whose DROP was interrupted; nobody can connect to it (PostgreSQL manual, DROP DATABASE). */
export const databaseList = `
SELECT datname AS name, datallowconn AND datconnlimit <> -2 AS "allowsConnections",
  CASE WHEN has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')
    THEN pg_database_size(oid) END AS bytes
FROM pg_database
WHERE NOT datistemplate
ORDER BY datname COLLATE "C"`

export const databaseFacts = `
SELECT datname AS name, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding,
  datcollate AS collate, datctype AS ctype, pg_database_size(oid) AS bytes, quote_ident(current_user) AS "user",
  current_setting('server_version_num')::integer AS "serverVersionNum"
FROM pg_database
WHERE datname = current_database()`

export const extensionList = `
SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY extname COLLATE "C"`

/** Everything whose contents pg_dump reads, with what would stop us from reading all of it. */
export const accessList = `
SELECT quoted AS name, kind IN ('table', 'partitioned') AND NOT configured AS "isTable",
  kind <> 'sequence' AND row_security_active(oid) AS hidden,
  has_schema_privilege(schema, 'USAGE') AND CASE kind
    WHEN 'sequence' THEN has_sequence_privilege(oid, 'SELECT')
    ELSE has_table_privilege(oid, 'SELECT')
  END AS readable
FROM (${relationList}) AS relation`

/**
 * Large objects have rights of their own, which pg_read_all_data covers in no version up to 18. From 18 on the
 * server can be asked; before, the rights are read as the server would.
 */
export const unreadableLargeObjects = (serverVersionNum: number): string => `
SELECT count(*) FROM pg_largeobject_metadata AS object
WHERE current_setting('lo_compat_privileges') = 'off' AND NOT ${
  serverVersionNum >= 180_000
    ? "has_largeobject_privilege(oid, 'SELECT')"
    : `(pg_has_role(lomowner, 'USAGE') OR EXISTS (
      SELECT FROM aclexplode(lomacl) WHERE privilege_type = 'SELECT' AND (grantee = 0 OR pg_has_role(grantee, 'USAGE'))
    ))`
}`

/**
 * pg_shdepend knows every role that owns something here or was granted a right, but not the superuser that came
 * with the cluster, who is therefore looked up as an owner.
 */
export const roleList = `
WITH here AS (SELECT oid, datdba FROM pg_database WHERE datname = current_database())
SELECT DISTINCT rolname AS name
FROM pg_roles
WHERE rolname !~ '^pg_' AND oid IN (
  SELECT refobjid FROM pg_shdepend, here
  WHERE refclassid = 'pg_authid'::regclass
    AND (dbid = here.oid OR classid = 'pg_database'::regclass AND objid = here.oid)
  UNION SELECT datdba FROM here
  UNION SELECT relowner FROM pg_class WHERE oid >= 16384
  UNION SELECT proowner FROM pg_proc WHERE oid >= 16384
  UNION SELECT typowner FROM pg_type WHERE oid >= 16384
  UNION SELECT nspowner FROM pg_namespace WHERE oid >= 16384
)
ORDER BY name`
