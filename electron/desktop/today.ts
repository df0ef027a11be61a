import { listBackups, totals } from '../engine/catalogue/backups.ts'
import { keptRestores, toRestore } from '../engine/catalogue/restores.ts'
import { unresolvedFailures } from '../engine/catalogue/job-history.ts'
import type { Engine } from '../engine/engine.ts'
import type { Today } from '../shared/ipc.ts'
import type { Work } from './work.ts'

const newestCount = 6

/** Everything that *Today* shows, read at one moment. Never asks the server: the page must come up when it is down. */
export async function readToday(engine: Engine, work: Work): Promise<Today> {
  const { settings, catalogue, world } = engine.site
  const space = await world.space(settings.folder).catch(() => null)
  const { count, bytes } = totals(catalogue)
  return {
    status: engine.status(),
    siteName: settings.site.name,
    databases: [...engine.knownDatabases],
    folder: settings.folder,
    freeBytes: space?.freeBytes ?? null,
    storedBytes: bytes,
    backupCount: count,
    newest: listBackups(catalogue, { limit: newestCount }),
    running: [...work.progress],
    failures: [...unresolvedFailures(catalogue)],
    kept: keptRestores(catalogue).map(toRestore),
    recoveryConfirmed: settings.keys.recoveryConfirmedAt !== null,
    encrypted: settings.keys.recoveryRecipient !== null,
  }
}
