import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import type { Engine } from '../engine/engine.ts'
import { recoveryKeyFile, type Identity } from '../engine/keys.ts'
import { loadSettings } from '../engine/settings.ts'
import { FaultError } from '../shared/fault.ts'
import { toInstant } from '../shared/calendar.ts'
import type { SetUpRequest } from '../shared/ipc.ts'
import { usage } from './verb.ts'

/**
 * Sets up with the recovery key in a file. The file is whole on the disk before the settings name the key, so no
 * backup can be sealed with a key that was lost; and it goes again when the settings never came to be.
 */
export async function setUpWithKeyFile(engine: Engine, request: SetUpRequest, file: string): Promise<void> {
  if (request.encrypt && !engine.isSetUp) refuseToReplace(file)
  let written: Identity | undefined
  try {
    await engine.setUp(request, async (recovery) => {
      await writeNew(file, recoveryKeyFile(recovery, request.siteName, toInstant(engine.world.now())))
      written = recovery
    })
  } catch (error) {
    if (written !== undefined && !(await isInForce(written, engine))) await rm(file, { force: true })
    throw error
  }
}

/** Asked before the server is: another key may be in that file, and it may be the only copy. */
function refuseToReplace(file: string): void {
  if (existsSync(file))
    throw usage(`${file} exists already and may hold another key. Name another file with --recovery-key-out.`)
}

async function writeNew(file: string, text: string): Promise<void> {
  // Exclusive: what lies there, or where a link there leads, is never overwritten.
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw notWritten(file, error)
  })
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    await rm(file, { force: true })
    throw notWritten(file, error)
  } finally {
    await handle.close()
  }
}

function notWritten(file: string, cause: unknown): FaultError {
  const problem = `The recovery key cannot be written to ${file}, so nothing was set up.`
  const detail = cause instanceof Error ? cause.message : String(cause)
  return new FaultError('USAGE', { values: { problem }, detail, cause })
}

/** In doubt the key is kept: a file too many does no harm. */
async function isInForce({ recipient }: Identity, { world }: Engine): Promise<boolean> {
  try {
    return (await loadSettings(world.dataFolder))?.keys.recoveryRecipient === recipient
  } catch {
    return true
  }
}
