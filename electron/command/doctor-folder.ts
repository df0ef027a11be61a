import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { requireBackupFolder } from '../engine/backup/backup-folder.ts'
import { neededBytes, reserveBytes } from '../engine/backup/backup-rules.ts'
import { removePartial, writePartial } from '../engine/backup/partial-file.ts'
import { lastGoodRun } from '../engine/catalogue/backups.ts'
import type { Looked } from '../engine/look-at-server.ts'
import type { Site } from '../engine/site.ts'
import { examine, ok, problem, warning, type Check } from './doctor-check.ts'
import { sizeOf } from './words-rules.ts'

/** Whether the backup folder is this site's, takes a file, and has room. `looked` says how large the databases are. */
export async function examineFolder(site: Site, looked: Looked | undefined): Promise<readonly Check[]> {
  const folder = await examine('folder', () => tryFolder(site))
  if (folder.some(({ state }) => state === 'problem')) return folder
  const space = await examine('space', () => compareSpace(site, looked))
  return [...folder, ...space]
}

async function tryFolder({ settings }: Site): Promise<Check> {
  await requireBackupFolder(settings)
  // Rights alone do not tell: a full or failing disk shows only when something is written.
  const file = join(settings.folder, `larder-doctor-${randomUUID()}`)
  try {
    await writePartial(file, [Buffer.from('larder doctor')])
  } finally {
    await removePartial(file)
  }
  return ok('folder', `${settings.folder} takes files`)
}

async function compareSpace(
  { settings, world, catalogue }: Site,
  looked: Looked | undefined,
): Promise<Check> {
  const { freeBytes, totalBytes } = await world.space(settings.folder)
  const reserve = reserveBytes(totalBytes)
  const needs = (looked?.databases ?? []).map(({ name, bytes }) => {
    const lastBytes = lastGoodRun(catalogue, name)?.bytes ?? null
    return neededBytes({ freeBytes, totalBytes, lastBytes, databaseBytes: bytes ?? 0 }) - reserve
  })
  const once = needs.reduce((sum, need) => sum + need, 0)
  const text = `${sizeOf(freeBytes)} free; the next backups need ${sizeOf(once)}, ${sizeOf(reserve)} stay free`
  const next = 'Make room on this disk, or move the backups to a larger one.'
  if (freeBytes < once + reserve) return problem('space', text, next)
  return freeBytes < 7 * once + reserve
    ? warning('space', `${text}: less than for a week`, next)
    : ok('space', text)
}
