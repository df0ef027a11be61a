/** What the login may do to databases. */
export const rights = `
SELECT quote_ident(current_user) AS user, rolsuper AS superuser, rolcreatedb AS "createsDatabases",
  rolcreaterole AS "createsRoles", current_setting('server_version') AS version,
  current_setting('server_version_num')::integer AS "versionNum",
  pg_has_role('pg_signal_backend', 'MEMBER') AS "endsSessions",
  CASE WHEN rolsuper THEN current_setting('data_directory') END AS "dataFolder"
FROM pg_roles WHERE rolname = current_user`

export const roleNames = `
SELECT rolname AS name, pg_has_role(oid, 'MEMBER') AS member FROM pg_roles ORDER BY rolname COLLATE "C"`

export const extensionNames = 'SELECT name FROM pg_available_extensions'

/** Who works in the database; a superuser's sessions can only be ended by a superuser. */
export const sessions = `
SELECT coalesce(a.usename, '') AS user, a.application_name AS application, host(a.client_addr) AS from,
  coalesce(bool_or(r.rolsuper), false) AS superuser, count(*)::integer AS sessions
FROM pg_stat_activity AS a LEFT JOIN pg_roles AS r ON r.oid = a.usesysid
WHERE a.datname = $1 AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
GROUP BY 1, 2, 3 ORDER BY 5 DESC, 1, 2`

/** What holds on to a database by its oid, and would stay with the one that is swapped out. */
export const bonds = `
SELECT (SELECT count(*)::integer FROM pg_prepared_xacts WHERE database = $1) AS prepared,
  (SELECT count(*)::integer FROM pg_replication_slots WHERE database = $1) AS slots,
  (SELECT count(*)::integer FROM pg_database WHERE datname = $1 AND pg_has_role(datdba, 'MEMBER')) AS owned,
  (SELECT pg_database_size(oid)::text FROM pg_database
    WHERE datname = $1 AND (has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE'))) AS bytes`
