/** Where the files of one backup go below a destination's root. Forward slashes; no drive, no dots. */
export interface BackupNames {
  readonly folder: string
  readonly archive: string
  readonly globals: string
  readonly manifest: string
}

interface Naming {
  readonly site: string
  readonly database: string
  readonly id: string
  /** ISO 8601 UTC: names never depend on the time zone of the PC. */
  readonly takenAt: string
  readonly encrypted: boolean
  /** Six hexadecimal digits of a hash of any text, for names that had to be changed to be safe. */
  readonly hash: (text: string) => string
}

/** `<site>/<database>/<yyyy>/<mm>/<database>-<UTC stamp>-<id>.…`, the same at every destination. */
export function backupNames({ site, database, id, takenAt, encrypted, hash }: Naming): BackupNames {
  const name = safeName(database, hash)
  const stamp = `${takenAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const stem = `${name}-${stamp}-${id}`
  const sealed = encrypted ? '.age' : ''
  return {
    folder: [safeName(site, hash), name, takenAt.slice(0, 4), takenAt.slice(5, 7)].join('/'),
    archive: `${stem}.dump.zst${sealed}`,
    globals: `${stem}.globals.sql${sealed}`,
    manifest: `${stem}.manifest.json`,
  }
}

/** Whether a path ends in a name that `backupNames` gave to a file that was never finished. */
export const isPartialName = (path: string): boolean =>
  /-\d{8}T\d{6}Z-[0-9a-f]{10}\.(?:(?:dump\.zst|globals\.sql)(?:\.age)?|manifest\.json)\.partial$/.test(path)

/**
 * A name that every file system and bucket takes and that still tells a person what it is. Two different names never
 * become one: whatever had to change is followed by a hash of the original, and so is what looks as if it had.
 */
export function safeName(name: string, hash: (text: string) => string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/.test(plain)
  const looksChanged = /-[0-9a-f]{6}$/.test(plain)
  return plain === name && !reserved && !looksChanged ? plain : `${plain || 'x'}-${hash(name)}`
}

const gibibyte = 1024 ** 3
/** Twentieth of the volume, at most 1 GiB: the till needs room too, so a backup never takes the last of it (INV-9). */
export const reserveBytes = (totalBytes: number): number => Math.min(gibibyte, Math.floor(totalBytes / 20))

interface Room {
  readonly freeBytes: number
  readonly totalBytes: number
  /** Stored size of the last backup of this database; null for the first one. */
  readonly lastBytes: number | null
  readonly databaseBytes: number
}

/** How many bytes must be free before a backup may start: half as much again as the last one, and the reserve. */
export function neededBytes({ totalBytes, lastBytes, databaseBytes }: Room): number {
  // Archives of POS data come to a fifth of the database on disk; incompressible receipts can double that.
  const expected = lastBytes === null ? databaseBytes * 0.4 : lastBytes * 1.5
  return Math.ceil(expected) + reserveBytes(totalBytes)
}

export const hasRoom = (room: Room): boolean => room.freeBytes >= neededBytes(room)
