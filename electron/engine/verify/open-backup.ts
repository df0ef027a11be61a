import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { FaultError } from '../../shared/fault.ts'
import type { StoredFile } from '../../shared/model.ts'
import { runPipeline } from '../backup/pipeline.ts'
import { identityFor } from '../backup/read-back.ts'
import type { Account } from '../postgres/account.ts'
import type { RunningJob } from '../schedule/run-job.ts'
import type { Site } from '../site.ts'
import { addOffsets } from './add-offsets.ts'
import type { Authentic } from './check-integrity.ts'
import type { Difference } from './compare-fingerprints-rules.ts'
import type { Opened } from './scratch-database.ts'

interface Opening {
  /** Private, and there already. */
  readonly into: string
  readonly account: Account | undefined
  readonly signal: AbortSignal
  /** A till stands still until it is done, as in a restore; a proof has time. */
  readonly isAwaited?: boolean
}

/**
 * Decrypts and decompresses both files of an authentic backup into a private folder, where the archive also learns
 * where its data is, which several jobs of pg_restore need. Returns the differences instead when what is inside is not
 * what was sealed. Throws DISK_FULL, SECRETS_LOCKED or CancelledError.
 */
export async function openBackup(
  site: Site,
  { folder, manifest }: Authentic,
  { into, account, signal, isAwaited = false }: Opening,
  { onProgress }: Pick<RunningJob, 'onProgress'>,
): Promise<Opened | readonly Difference[]> {
  const sealedTo = manifest.encryption === 'age' ? manifest.recipients : null
  const identity = sealedTo === null ? null : (await identityFor(site.world, sealedTo)).reveal()
  const { stallMs, totalMs } = site.limits
  const open = async (file: StoredFile, to: string, compressed: boolean): Promise<Difference[]> => {
    const path = join(folder, file.name)
    const request = { kind: 'read', path, compressed, identity, reader: null, into: to, isAwaited } as const
    const plainSha256 = await runPipeline({ ...request, stallMs, totalMs }, { signal, onProgress }).then(
      (measured) => measured.plainSha256,
      asUnreadable,
    )
    if (plainSha256 !== file.plainSha256)
      return [{ object: file.name, expected: file.plainSha256, found: plainSha256 }]
    // What the hash was taken of is stored; this copy of it is ours.
    if (compressed) await addOffsets(to, signal)
    if (account) await chown(to, account.uid, account.gid)
    return []
  }
  const [archive, globals] = [join(into, 'archive.dump'), join(into, 'globals.sql')]
  const differences = [
    ...(await open(manifest.archive, archive, true)),
    ...(await open(manifest.globals, globals, false)),
  ]
  return differences.length > 0 ? differences : { manifest, archive, globals }
}

/** A file that cannot be opened to its end is a verdict, not a failure to look. */
function asUnreadable(error: unknown): string {
  if (!(error instanceof FaultError) || !['BACKUP_CORRUPT', 'KEY_WRONG'].includes(error.code)) throw error
  return `unreadable: ${error.fault.detail ?? error.message}`
}
