import { join } from 'node:path'
import { diskSpace } from '../engine/disk-space.ts'
import { secretsInFile } from '../engine/secrets-file.ts'
import type { World } from '../engine/world.ts'
import { openLog } from '../log.ts'

/** The engine's world without a desktop: real clock and disk, and no keyring, which could hang or be absent. */
export const commandWorld = (dataFolder: string): World => ({
  now: Date.now,
  dataFolder,
  secrets: secretsInFile(dataFolder),
  space: diskSpace,
  log: openLog(join(dataFolder, 'logs')),
})
