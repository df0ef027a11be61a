/**
 * Settings of roles and databases (`ALTER ROLE … SET`) would change answers or cut us off; these statements put our
 * own in their place, for the session or until the transaction ends. Names that a server does not know are skipped.
 * Compiling a count costs more than it wins. With the last one a server on Linux gives up a long count within seconds
 * when Larder is gone.
 */
export const steadySettings = (scope: 'session' | 'transaction'): string => `
SET ${scope === 'session' ? 'SESSION' : 'LOCAL'} search_path = pg_catalog;
SELECT set_config(known.name, wanted.value, ${scope === 'transaction'})
FROM pg_settings AS known
JOIN (VALUES
  ('lock_timeout', '30s'),
  ('statement_timeout', '0'),
  ('transaction_timeout', '0'),
  ('idle_in_transaction_session_timeout', '0'),
  ('idle_session_timeout', '0'),
  ('standard_conforming_strings', 'on'),
  ('datestyle', 'ISO'),
  ('intervalstyle', 'postgres'),
  ('timezone', 'UTC'),
  ('quote_all_identifiers', 'off'),
  ('jit', 'off'),
  ('client_connection_check_interval', '5s')
) AS wanted (name, value) ON lower(known.name) = wanted.name
WHERE wanted.name <> 'client_connection_check_interval' OR version() LIKE '%linux%'`
