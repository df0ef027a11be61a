/** The files of one backup, below the backup folder with forward slashes. */
export interface StoredFiles {
  readonly manifest: string
  readonly archive: string
  readonly globals: string
  /** There only when it is pinned. */
  readonly pin: string
}

/** A path that `backupNames` gave (backup-rules.ts), and nothing that could lead elsewhere. */
const shape =
  /^(?<stem>[a-z0-9_-]+\/[a-z0-9_-]+\/\d{4}\/\d{2}\/[a-z0-9_-]+-\d{8}T\d{6}Z-[0-9a-f]+)\.dump\.zst(?<sealed>(?:\.age)?)$/

/** What belongs to an archive; undefined when the name is none that Larder gives: then nothing is touched. */
export function filesOf(archive: string): StoredFiles | undefined {
  const { stem, sealed } = shape.exec(archive)?.groups ?? {}
  if (stem === undefined || sealed === undefined) return undefined
  return {
    manifest: `${stem}.manifest.json`,
    archive,
    globals: `${stem}.globals.sql${sealed}`,
    pin: `${stem}.pinned`,
  }
}
