import Sqlite from 'better-sqlite3'

export interface OpenOptions {
  /** How long to wait for another process's lock; default 5 s. The process stands still meanwhile. */
  readonly busyWaitMs?: number | undefined
  /** A better-sqlite3 binary to use instead of the packaged one. */
  readonly sqliteBinding?: string | undefined
  /** Hears every statement as it runs, with its values. For tests and diagnosis. */
  readonly trace?: ((sql: string) => void) | undefined
}

interface FileOptions {
  readonly readonly?: boolean
  /** Instead of what the options say. */
  readonly waitMs?: number
}

/** A bare connection to one SQLite file, as it is. */
export function connect(
  file: string,
  options: OpenOptions,
  { readonly = false, waitMs = options.busyWaitMs ?? 5000 }: FileOptions = {},
) {
  const { sqliteBinding, trace } = options
  return new Sqlite(file, {
    readonly,
    timeout: waitMs,
    ...(sqliteBinding === undefined ? {} : { nativeBinding: sqliteBinding }),
    ...(trace === undefined ? {} : { verbose: (sql: unknown) => trace(String(sql)) }),
  })
}
