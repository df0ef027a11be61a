import { devNull } from 'node:os'
import { FaultError } from '../../shared/fault.ts'
import type { ToolSet } from '../postgres/tool-rules.ts'
import { recipientOf } from '../keys.ts'
import { Secret } from '../secret.ts'
import type { Site } from '../site.ts'
import type { World } from '../world.ts'
import { runPipeline, type Measured, type PipelineProgress } from './pipeline.ts'

interface Reading {
  readonly path: string
  /** The recipients that it is sealed to; null when it is not. */
  readonly sealedTo: readonly string[] | null
  /** An archive is compressed and understood by pg_restore; a roles file is neither. */
  readonly archive: boolean
  readonly tools: ToolSet
  readonly signal: AbortSignal
  readonly onProgress?: (progress: PipelineProgress) => void
  readonly onChild?: (pid: number) => void
}

/**
 * Reads a stored file from its first byte to its last: opened with the site's key, every checksum compared, and an
 * archive understood in full by pg_restore under a time limit. Returns what was found; throws BACKUP_CORRUPT,
 * DEST_UNAVAILABLE or SECRETS_LOCKED.
 */
export async function readStored({ world, limits }: Site, reading: Reading): Promise<Measured> {
  const { path, tools, archive, signal, onProgress, onChild } = reading
  const identity = reading.sealedTo === null ? undefined : await identityFor(world, reading.sealedTo)
  // `--file` and no database: pg_restore turns the archive into SQL and needs no server.
  const reader = { path: tools.pgRestore, args: ['--file', devNull], env: {} }
  return runPipeline(
    {
      kind: 'read',
      path,
      compressed: archive,
      identity: identity?.reveal() ?? null,
      reader: archive ? reader : null,
      stallMs: limits.stallMs,
      totalMs: limits.totalMs,
    },
    { signal, ...(onProgress ? { onProgress } : {}), ...(onChild ? { onChild } : {}) },
  )
}

/** The key with which this PC reads its own backups. Throws SECRETS_LOCKED when it is not there or not open. */
export async function siteIdentity({ secrets }: World): Promise<Secret> {
  const identity = await secrets.read('site-identity')
  if (identity === undefined)
    throw new FaultError('SECRETS_LOCKED', { detail: 'This PC has no key of its own to read backups with.' })
  return identity
}

/**
 * The key of this PC, of today or of earlier times, that opens what is sealed to these recipients. Throws
 * SECRETS_LOCKED when there is none: a backup that cannot be opened here is not a bad one.
 */
export async function identityFor({ secrets }: World, sealedTo: readonly string[]): Promise<Secret> {
  const today = await secrets.read('site-identity').catch((error: unknown) => error)
  const known = today instanceof Secret ? [today] : []
  for (const identity of [...known, ...(await secrets.formerIdentities())]) {
    const recipient = await recipientOf(identity)
    if (recipient !== undefined && sealedTo.includes(recipient)) return identity
  }
  if (today instanceof Error) throw today
  throw new FaultError('SECRETS_LOCKED', {
    detail: 'This PC has no key that opens this backup. The recovery key does.',
  })
}

/** Throws VERIFY_TRUNCATED unless the disk gives back exactly the bytes that were written. */
export function requireEqual(written: Measured, found: Measured): void {
  const same =
    written.bytes === found.bytes &&
    written.sha256 === found.sha256 &&
    written.plainBytes === found.plainBytes &&
    written.plainSha256 === found.plainSha256
  if (same) return
  throw new FaultError('VERIFY_TRUNCATED', {
    detail: `${written.bytes} bytes were written, ${found.bytes} read back`,
  })
}
