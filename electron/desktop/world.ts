import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { diskSpace } from '../engine/disk-space.ts'
import { secretsInFile } from '../engine/secrets-file.ts'
import type { World } from '../engine/world.ts'
import { openLog } from '../log.ts'
import { systemKeyring } from './keyring.ts'

/** The engine's world in the desktop app: real clock and disk, secrets behind the system's keyring. */
export function desktopWorld(dataFolder: string): World {
  const log = openLog(join(dataFolder, 'logs'))
  // Only a runtime that brings its own SQLite has one here.
  const binding = join(process.resourcesPath, 'better_sqlite3.node')
  return {
    now: Date.now,
    dataFolder,
    secrets: secretsInFile(dataFolder, systemKeyring(log)),
    space: diskSpace,
    log,
    ...(existsSync(binding) ? { sqliteBinding: binding } : {}),
  }
}
