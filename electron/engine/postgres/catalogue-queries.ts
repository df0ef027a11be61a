/** Schemas that pg_dump leaves out. PostgreSQL keeps names that begin with pg_ to itself. */
const isUserSchema = (name: string): string => `(${name} !~ '^pg_' AND ${name} <> 'information_schema')`

/** Whether an object is part of an extension: CREATE EXTENSION makes it again, so no dump holds it. */
const isMember = (catalogue: string, oid: string): string =>
  `EXISTS (SELECT FROM pg_depend WHERE classid = ${catalogue} AND objid = ${oid} AND deptype = 'e')`

/**
 * Tables, materialized views and sequences whose contents pg_dump writes, in order of schema and name. Foreign
 * and temporary tables are not among them; tables of an extension only where it says that their rows are the
 * user's, and then with its condition (PostgreSQL manual, "Extension Configuration Tables").
 */
export const relationList = `
SELECT c.oid, n.nspname AS schema, c.relname AS name, format('%I.%I', n.nspname, c.relname) AS quoted,
  CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'm' THEN 'matview' ELSE 'sequence' END AS kind,
  c.relispopulated AS populated, coalesce(config.condition, '') AS condition, config.oid IS NOT NULL AS configured,
  coalesce((SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid AND c.relispartition), 0) AS parent
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN (
  SELECT configured.oid, configured.condition
  FROM pg_extension, unnest(extconfig, extcondition) AS configured (oid, condition)
) AS config ON config.oid = c.oid
WHERE c.relkind IN ('r', 'p', 'm', 'S') AND c.relpersistence <> 't' AND ${isUserSchema('n.nspname')}
  AND (config.oid IS NOT NULL OR NOT ${isMember("'pg_class'::regclass", 'c.oid')})
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

/** Catalogues whose every entry is one object, with the table that an object belongs to or 0. */
const catalogues: readonly (readonly [name: string, table: string, condition: string])[] = [
  // An index that was never finished is in no dump either.
  [
    'pg_class',
    'oid',
    `relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I') AND NOT (relkind = 'i'
      AND EXISTS (SELECT FROM pg_index WHERE indexrelid = pg_class.oid AND NOT (indisvalid AND indisready)))`,
  ],
  // PostgreSQL 18 lists NOT NULL as constraints, and clones of foreign keys for partitions get any free name.
  ['pg_constraint', 'conrelid', "contype <> 'n' AND conparentid = 0"],
  ['pg_trigger', 'tgrelid', 'NOT tgisinternal'],
  ['pg_policy', 'polrelid', 'true'],
  ['pg_rewrite', 'ev_class', "rulename <> '_RETURN'"],
  ['pg_attrdef', 'adrelid', 'true'],
  ['pg_statistic_ext', 'stxrelid', 'true'],
  // Not the types that come along with a table, a range or another type.
  [
    'pg_type',
    '0',
    `typtype <> 'm' AND NOT EXISTS (SELECT FROM pg_type AS element WHERE element.typarray = pg_type.oid)
      AND (typrelid = 0 OR EXISTS (SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind = 'c'))`,
  ],
  // Every new database has `public`; temporary tables get schemas of their own.
  ['pg_namespace', '0', "nspname <> 'public' AND nspname !~ '^pg_'"],
  ...[
    'pg_am',
    'pg_cast',
    'pg_collation',
    'pg_conversion',
    'pg_event_trigger',
    'pg_extension',
    'pg_foreign_data_wrapper',
    'pg_foreign_server',
    'pg_language',
    'pg_opclass',
    'pg_operator',
    'pg_opfamily',
    'pg_proc',
    'pg_publication',
    'pg_transform',
    'pg_ts_config',
    'pg_ts_dict',
    'pg_ts_parser',
    'pg_ts_template',
  ].map((name) => [name, '0', 'true'] as const),
]

const firstUserOid = 16_384

/**
 * Every object that somebody made in this database, as `kind identity` in PostgreSQL's own words, sorted. Members
 * of extensions and what belongs to their tables are left out, as are temporary objects.
 */
export const objectList = `
WITH made AS (
  ${catalogues
    .map(
      ([name, table, condition]) =>
        `SELECT '${name}'::regclass AS catalogue, oid, ${table}::oid AS "table" FROM ${name} WHERE ${condition}`,
    )
    .join('\n  UNION ALL\n  ')}
)
SELECT found.type || ' ' || found.identity AS object
FROM made
CROSS JOIN LATERAL pg_identify_object(made.catalogue, made.oid, 0) AS found
LEFT JOIN pg_index AS i ON i.indexrelid = made."table"
LEFT JOIN pg_class AS c ON c.oid = coalesce(i.indrelid, made."table")
WHERE made.oid >= ${firstUserOid} AND found.identity IS NOT NULL
  AND c.relpersistence IS DISTINCT FROM 't' AND coalesce(found.schema !~ '^pg_', true)
  AND NOT ${isMember('made.catalogue', 'made.oid')} AND NOT ${isMember("'pg_class'::regclass", 'c.oid')}
ORDER BY (found.type || ' ' || found.identity) COLLATE "C"`
