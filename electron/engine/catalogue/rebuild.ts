import { readFile, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import type { Manifest } from '../../shared/model.ts'
import { backup, manifest as recordedManifest } from './backups.ts'
import type { Catalogue } from './catalogue.ts'
import { findManifests, type FoundManifest } from './find-manifests.ts'
import { recordBackup } from './record-backup.ts'

/** Reads the bytes of a manifest and believes them only if this site signed them; throws otherwise. */
export type ReadManifest = (bytes: Buffer) => Manifest

/** A database of 100,000 tables has a manifest of about 20 MB. A larger file is not read at all. */
const largestManifestBytes = 32 * 1024 * 1024

export interface Rebuilt {
  /** How many backups were taken into the catalogue. */
  readonly listed: number
  /** Manifests that this site did not sign, or that cannot be read. They are named and left alone. */
  readonly unknown: readonly { readonly file: string; readonly detail: string }[]
}

const One = z.object({ found: z.literal(1) })

/** True for a catalogue that was made anew and never filled to the end: it knows nothing of earlier backups. */
export function needsRebuild(catalogue: Catalogue): boolean {
  return catalogue.get(One, 'SELECT 1 AS found FROM totals WHERE id = 1 AND rebuilt_at IS NULL') !== undefined
}

/**
 * Makes the catalogue say what the backup folder says (INV-16): every signed manifest is listed, and a listed backup
 * whose archive is gone or has another size becomes *missing* or *corrupt*. Sizes are compared, contents are not;
 * that is for a check. Deletes nothing. Throws DEST_UNAVAILABLE when the folder cannot be read.
 */
export async function rebuildCatalogue(
  catalogue: Catalogue,
  folder: string,
  readManifest: ReadManifest,
  now: number,
): Promise<Rebuilt> {
  const seen = new Map<string, FileState>()
  const unknown: { file: string; detail: string }[] = []
  for await (const found of findManifests(folder)) {
    const read = await readFound(folder, found, readManifest)
    if ('detail' in read) unknown.push(read)
    // A second manifest of one backup, copied by hand, does not take the place of a good first one.
    else if (seen.get(read.manifest.id) !== 'intact') {
      recordBackup(catalogue, read.manifest, { folder, ...found, state: read.state })
      seen.set(read.manifest.id, read.state)
    }
  }
  await reviewOthers(catalogue, folder, (id) => seen.has(id))
  catalogue.run('UPDATE totals SET rebuilt_at = @now WHERE id = 1', { now })
  return { listed: seen.size, unknown }
}

/**
 * Lists backups that the catalogue does not know: taken just before a crash, or while an older copy of the catalogue
 * was put back. Reads only manifests of unlisted files, so it is cheap enough for every start.
 */
export async function adoptUnlisted(
  catalogue: Catalogue,
  folder: string,
  readManifest: ReadManifest,
): Promise<Rebuilt> {
  let listed = 0
  const unknown: { file: string; detail: string }[] = []
  for await (const found of findManifests(folder)) {
    if (isListed(catalogue, folder, found)) continue
    const read = await readFound(folder, found, readManifest)
    if ('detail' in read) unknown.push(read)
    else if (backup(catalogue, read.manifest.id) === undefined) {
      recordBackup(catalogue, read.manifest, { folder, ...found, state: read.state })
      listed += 1
    }
  }
  return { listed, unknown }
}

/** All files of one backup share a stem, and '/' is the character after '.'. */
const isListed = (catalogue: Catalogue, folder: string, { stem }: FoundManifest): boolean =>
  catalogue.get(
    One,
    'SELECT 1 AS found FROM backups WHERE folder = @folder AND file > @from AND file < @to LIMIT 1',
    { folder, from: `${stem}.`, to: `${stem}/` },
  ) !== undefined

type FileState = 'intact' | 'corrupt' | 'missing'
type Read =
  | { readonly manifest: Manifest; readonly state: FileState }
  | { readonly file: string; readonly detail: string }

async function readFound(
  folder: string,
  { path, name }: FoundManifest,
  readManifest: ReadManifest,
): Promise<Read> {
  const file = join(folder, path, name)
  try {
    const { size } = await stat(file)
    if (size > largestManifestBytes)
      return { file: `${path}/${name}`, detail: `${size} bytes: too large to be one` }
    const manifest = readManifest(await readFile(file))
    // A name with a folder in it would lead out of the place where the manifest was found.
    if (/[/\\]/.test(manifest.archive.name)) throw new Error(`strange file name: ${manifest.archive.name}`)
    return {
      manifest,
      state: await stateOf(folder, `${path}/${manifest.archive.name}`, manifest.archive.bytes),
    }
  } catch (error) {
    if (error instanceof FaultError && error.code === 'DEST_UNAVAILABLE') throw error
    return { file: `${path}/${name}`, detail: error instanceof Error ? error.message : String(error) }
  }
}

/** What can be said of an archive without reading it; *intact* repeats what its manifest says. */
async function stateOf(folder: string, file: string, bytes: number): Promise<FileState> {
  try {
    const found = await stat(join(folder, file))
    if (!found.isFile()) return 'missing'
    return found.size === bytes ? 'intact' : 'corrupt'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing'
    throw new FaultError('DEST_UNAVAILABLE', { values: { folder }, detail: String(error), cause: error })
  }
}

const FileRow = z.object({ id: z.string(), file: z.string(), bytes: z.int() })

/** Listed backups of this folder whose manifest was not found: the archive alone decides. */
async function reviewOthers(
  catalogue: Catalogue,
  folder: string,
  isSeen: (id: string) => boolean,
): Promise<void> {
  const pageAfter = (after: string): z.output<typeof FileRow>[] =>
    catalogue.all(
      FileRow,
      'SELECT id, file, bytes FROM backups WHERE folder = @folder AND file > @after ORDER BY file LIMIT 500',
      { folder, after },
    )
  for (let page = pageAfter(''); page.length > 0; page = pageAfter(page.at(-1)?.file ?? '')) {
    for (const { id, file, bytes } of page.filter((row) => !isSeen(row.id))) {
      const manifest = recordedManifest(catalogue, id)
      if (!manifest) continue
      const state = await stateOf(folder, file, bytes)
      recordBackup(catalogue, manifest, { folder, path: posix.dirname(file), state })
    }
  }
}
