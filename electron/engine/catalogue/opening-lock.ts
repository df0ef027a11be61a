import { connect, type OpenOptions } from './connection.ts'
import { speakingFaults } from './sqlite-faults.ts'

const waitMs = 30_000

/**
 * Runs the work while no other process opens, makes or replaces this catalogue. The lock is SQLite's own, on an
 * empty file beside the catalogue: it works on every platform and ends with its process, however that ends.
 * Throws CATALOGUE_BUSY after 30 seconds.
 */
export function whileAlone<T>(file: string, { sqliteBinding }: OpenOptions, work: () => T): T {
  const lockFile = `${file}.lock`
  const lock = speakingFaults(lockFile, () => {
    const sqlite = connect(lockFile, { sqliteBinding }, { waitMs })
    sqlite.exec('BEGIN EXCLUSIVE')
    return sqlite
  })
  try {
    return work()
  } finally {
    lock.close()
  }
}
