import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { diskSpace } from './engine/disk-space.ts'
import { secretsInFile, type Keyring } from './engine/secrets-file.ts'
import type { Log, World } from './engine/world.ts'
import { openLog } from './log.ts'

/**
 * The engine's world outside of tests: real clock and disk. With a keyring, secrets are sealed by it; the command has
 * none, because a keyring may hang or be absent where there is no desktop.
 */
export function realWorld(dataFolder: string, keyring?: (log: Log) => Keyring): World {
  const log = openLog(join(dataFolder, 'logs'))
  // Only an Electron that needs its own build of SQLite has one here; in plain Node there is no such folder.
  const binding = join(process.resourcesPath ?? '', 'better_sqlite3.node')
  const sqlite = existsSync(binding) ? { sqliteBinding: binding } : {}
  return {
    now: Date.now,
    dataFolder,
    secrets: secretsInFile(dataFolder, keyring?.(log), sqlite),
    space: diskSpace,
    log,
    ...sqlite,
  }
}
