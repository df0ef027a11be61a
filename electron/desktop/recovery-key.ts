import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app, dialog } from 'electron/main'
import type { Engine } from '../engine/engine.ts'
import { recoveryKeyFile, type Identity } from '../engine/keys.ts'
import { toInstant } from '../shared/calendar.ts'
import { FaultError } from '../shared/fault.ts'
import { desktopTexts } from '../shared/texts-desktop.ts'

/** The recovery key between its making and its being written down: in this process's memory and nowhere else. */
export interface RecoveryKeyDesk {
  take(recovery: Identity | null): void
  /** Asks where to, and writes it there. Null when the dialog was closed. */
  save(): Promise<{ file: string } | null>
  /** Once somebody has shown that they hold it, Larder forgets it. */
  forget(): void
}

export function makeRecoveryKeyDesk(engine: Engine): RecoveryKeyDesk {
  let pending: Identity | null = null

  const write = async (file: string, identity: Identity): Promise<void> => {
    const { name } = engine.site.settings.site
    const text = recoveryKeyFile(identity, name, toInstant(engine.world.now()))
    await writeFile(file, text, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      throw new FaultError('DEST_UNAVAILABLE', {
        values: { folder: file },
        detail: error.message,
        cause: error,
      })
    })
  }

  return {
    take: (recovery) => (pending = recovery),
    async save() {
      const { keys, site } = engine.site.settings
      if (keys.recoveryRecipient === null || keys.recoveryConfirmedAt !== null)
        throw new FaultError('REQUEST_REFUSED')
      const defaultPath = join(app.getPath('documents'), desktopTexts.saveKeyName(site.name))
      const chosen = await dialog.showSaveDialog({ title: desktopTexts.saveKeyTitle, defaultPath })
      if (chosen.canceled || !chosen.filePath) return null
      const file = chosen.filePath
      // After a restart the key that nobody wrote down is gone for good: another one takes its place.
      pending ??= await engine.renewRecoveryKey(async (identity) => write(file, identity))
      await write(file, pending)
      return { file }
    },
    forget: () => (pending = null),
  }
}
