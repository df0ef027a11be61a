import { FaultError } from '../../shared/fault.ts'
import { connect, type OpenOptions } from './connection.ts'
import { speakingFaults } from './sqlite-faults.ts'

const waitMs = 30_000

/** Takes a lock of the same kind if nobody has it; whoever gets it ends it with what this returns. Never waits. */
export function lockIfFree(lockFile: string, { sqliteBinding }: OpenOptions): (() => void) | undefined {
  const sqlite = speakingFaults(lockFile, () => connect(lockFile, { sqliteBinding }, { waitMs: 0 }))
  try {
    speakingFaults(lockFile, () => sqlite.exec('BEGIN EXCLUSIVE'))
    return () => void sqlite.close()
  } catch (error) {
    sqlite.close()
    if (error instanceof FaultError && error.code === 'CATALOGUE_BUSY') return undefined
    throw error
  }
}

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
