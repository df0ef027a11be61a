import { constants } from 'node:fs'
import { access, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import type { Settings } from '../../shared/model.ts'
import { writeAtomically } from '../atomic-file.ts'
import { exists, folderFault } from './partial-file.ts'

const Marker = z.looseObject({ siteId: z.string() })
const markerOf = (folder: string): string => join(folder, 'larder-folder.json')

/**
 * Makes a folder this site's own by leaving a marker in it. A folder of another site is refused: two tills must not
 * mix. Throws DEST_UNAVAILABLE.
 */
export async function claimFolder(folder: string, siteId: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (await exists(markerOf(folder))) return await requireMarker(folder, siteId)
    await writeAtomically(markerOf(folder), `${JSON.stringify({ siteId }, undefined, 2)}\n`)
  } catch (error) {
    throw folderFault(error, folder)
  }
}

/**
 * Makes sure that the backups go where they went before. When a drive is pulled its folder may still be there, empty,
 * on the system disk: the marker tells. Throws DEST_UNAVAILABLE.
 */
export async function requireBackupFolder(settings: Settings): Promise<void> {
  await access(settings.folder, constants.W_OK).catch((error: unknown) => {
    throw folderFault(error, settings.folder)
  })
  await requireOwnFolder(settings)
}

/** The same for whoever only looks: a folder that is away says nothing about what is in it. */
export async function requireOwnFolder({ folder, site }: Settings): Promise<void> {
  try {
    await requireMarker(folder, site.id)
  } catch (error) {
    throw folderFault(error, folder)
  }
}

async function requireMarker(folder: string, siteId: string): Promise<void> {
  const marker = Marker.safeParse(JSON.parse(await readFile(markerOf(folder), 'utf8')))
  if (marker.success && marker.data.siteId === siteId) return
  throw new FaultError('DEST_UNAVAILABLE', {
    values: { folder },
    detail: 'The folder belongs to another site.',
  })
}
