/** Any name as SQL means it: in double quotes, those in it doubled. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Any text as an SQL literal, with standard_conforming_strings on. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The superusers in what pg_dumpall wrote: `ALTER ROLE "name" WITH SUPERUSER …`, quoted where it must be. */
export function superusersIn(globals: string): ReadonlySet<string> {
  const roles = [...globals.matchAll(/^ALTER ROLE (?:"((?:[^"]|"")+)"|(\S+)) WITH SUPERUSER /gm)]
  return new Set(roles.map(([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare))
}
