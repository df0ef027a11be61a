import { diskSpace } from '../../electron/engine/disk-space.ts'
import { secretsInFile } from '../../electron/engine/secrets-file.ts'
import type { World } from '../../electron/engine/world.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The engine's world without a desktop and without a log. */
export function plainWorld(dataFolder: string, sqliteBinding?: string): World {
  return {
    now: Date.now,
    dataFolder,
    secrets: secretsInFile(dataFolder),
    space: diskSpace,
    log: quiet,
    ...(sqliteBinding === undefined ? {} : { sqliteBinding }),
  }
}
