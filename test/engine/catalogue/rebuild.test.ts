import { generateKeyPairSync, createHash } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Manifest } from '../../../electron/shared/model.ts'
import { backupNames } from '../../../electron/engine/backup/backup-rules.ts'
import { readManifest, writeManifest } from '../../../electron/engine/backup/manifest.ts'
import {
  backup,
  listBackups,
  manifest as recorded,
  totals,
} from '../../../electron/engine/catalogue/backups.ts'
import { openCatalogue, type Catalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import { recordCheck } from '../../../electron/engine/catalogue/checks.ts'
import { adoptUnlisted, needsRebuild, rebuildCatalogue } from '../../../electron/engine/catalogue/rebuild.ts'
import { recordBackup } from '../../../electron/engine/catalogue/record-backup.ts'
import { sampleManifest } from '../../support/sample-manifest.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const key = generateKeyPairSync('ed25519')
const read = (bytes: Buffer): Manifest => readManifest(bytes.toString(), key.publicKey)
const now = Date.UTC(2026, 5, 1, 3, 30)

interface Sample {
  readonly id: string
  readonly database?: string
  readonly takenAt?: number
  readonly bytes?: number
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 6)

/** Writes the files of a backup as Larder lays them out, with an archive of nothing but its size. */
function store(folder: string, { id, database = 'pos', takenAt = now, bytes = 10 }: Sample) {
  const names = backupNames({
    site: 'Trattoria',
    database,
    id,
    takenAt: new Date(takenAt).toISOString(),
    encrypted: true,
    hash,
  })
  const plain = sampleManifest({ id, database, takenAt, bytes })
  const manifest = { ...plain, archive: { ...plain.archive, name: names.archive } }
  const place = join(folder, names.folder)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, names.archive), Buffer.alloc(bytes))
  writeFileSync(join(place, names.manifest), writeManifest(manifest, key.privateKey))
  return {
    manifest,
    path: names.folder,
    archive: join(place, names.archive),
    file: join(place, names.manifest),
  }
}

interface Site extends Disposable {
  readonly folder: string
  open(name: string): Catalogue
}

function site(): Site {
  const temp = tempFolder()
  const folder = join(temp.path, 'backups')
  mkdirSync(folder)
  const opened: Catalogue[] = []
  const open = (name: string): Catalogue => {
    const catalogue = openCatalogue(join(temp.path, name))
    opened.push(catalogue)
    return catalogue
  }
  const dispose = (): void => {
    for (const catalogue of opened) catalogue.close()
    temp[Symbol.dispose]()
  }
  return { folder, open, [Symbol.dispose]: dispose }
}

function everything(catalogue: Catalogue): unknown {
  const listed = listBackups(catalogue, { limit: 1000 })
  return { listed, manifests: listed.map(({ id }) => recorded(catalogue, id)), totals: totals(catalogue) }
}

describe('a rebuilt catalogue', () => {
  it('says what the lost one said', async () => {
    const id = fc.stringMatching(/^[0-9a-f]{10}$/)
    const database = fc.constantFrom('pos', 'Stock 2', 'Ünï 😀')
    const year = 366 * 86_400_000
    const takenAt = fc.integer({ min: now, max: now + year })
    const sample = fc.record({ id, database, takenAt, bytes: fc.nat(50) })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(sample, { selector: (one) => one.id, maxLength: 12 }),
        async (samples) => {
          using temp = site()
          const lost = temp.open('lost.db')
          for (const { manifest, path } of samples.map((one) => store(temp.folder, one)))
            recordBackup(lost, manifest, { folder: temp.folder, path, state: 'intact' })
          const rebuilt = temp.open('rebuilt.db')
          expect(await rebuildCatalogue(rebuilt, temp.folder, read, now)).toEqual({
            listed: samples.length,
            unknown: [],
          })
          expect(everything(rebuilt)).toEqual(everything(lost))
          expect(needsRebuild(rebuilt)).toBe(false)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('says which archives are gone or have another size, and lists them all the same', async () => {
    using temp = site()
    const catalogue = temp.open('catalogue.db')
    rmSync(store(temp.folder, { id: 'aaaa' }).archive)
    truncateSync(store(temp.folder, { id: 'bbbb' }).archive, 3)
    store(temp.folder, { id: 'cccc' })
    await rebuildCatalogue(catalogue, temp.folder, read, now)
    const states = ['aaaa', 'bbbb', 'cccc'].map((id) => backup(catalogue, id)?.state)
    expect(states).toEqual(['missing', 'corrupt', 'intact'])
  })

  it('names what this site did not sign, and deletes nothing', async () => {
    using temp = site()
    const good = store(temp.folder, { id: 'aaaa' })
    const place = dirname(good.file)
    const text = readFileSync(good.file, 'utf8')
    const other = generateKeyPairSync('ed25519').privateKey
    const strange = {
      ...good.manifest,
      archive: { ...good.manifest.archive, name: '../../../../etc/passwd' },
    }
    const unknown: Record<string, string | Buffer> = {
      'changed.manifest.json': text.replace('"Trattoria"', '"Pizzeria"'),
      'cut.manifest.json': text.slice(0, 100),
      'empty.manifest.json': '',
      'huge.manifest.json': '',
      'of-another-site.manifest.json': writeManifest(good.manifest, other),
      'strange-name.manifest.json': writeManifest(strange, key.privateKey),
    }
    for (const [name, bytes] of Object.entries(unknown)) writeFileSync(join(place, name), bytes)
    truncateSync(join(place, 'huge.manifest.json'), 1024 ** 3)
    writeFileSync(join(temp.folder, 'elsewhere.manifest.json'), text)
    symlinkSync(temp.folder, join(temp.folder, 'loop'))
    const before = readdirSync(temp.folder, { recursive: true })

    const catalogue = temp.open('catalogue.db')
    const found = await rebuildCatalogue(catalogue, temp.folder, read, now)
    expect(found.unknown.map(({ file }) => basename(file))).toEqual(Object.keys(unknown))
    expect(listBackups(catalogue, { limit: 10 }).map(({ id }) => id)).toEqual(['aaaa'])
    expect(readdirSync(temp.folder, { recursive: true })).toEqual(before)
  })

  it('keeps what checks found out, as long as the file is there', async () => {
    using temp = site()
    const catalogue = temp.open('catalogue.db')
    const stored = ['aaaa', 'bbbb', 'cccc'].map((id) => store(temp.folder, { id }))
    await rebuildCatalogue(catalogue, temp.folder, read, now)
    const about = { differences: [], startedAt: now, durationMs: 1 }
    recordCheck(catalogue, { backupId: 'aaaa', kind: 'proof', verdict: 'proven', ...about })
    recordCheck(catalogue, { backupId: 'bbbb', kind: 'integrity', verdict: 'corrupt', ...about })
    const states = (): unknown => ['aaaa', 'bbbb', 'cccc'].map((id) => backup(catalogue, id)?.state)

    for (const { archive } of stored) renameSync(archive, `${archive}.away`)
    rmSync(stored[2]?.file ?? '')
    await rebuildCatalogue(catalogue, temp.folder, read, now)
    expect(states()).toEqual(['missing', 'missing', 'missing'])

    for (const { archive } of stored) renameSync(`${archive}.away`, archive)
    await rebuildCatalogue(catalogue, temp.folder, read, now)
    expect(states(), 'the last one without its manifest').toEqual(['proven', 'corrupt', 'intact'])
  })

  it('does not prefer a copy of a manifest whose archive is elsewhere', async () => {
    using temp = site()
    const good = store(temp.folder, { id: 'aaaa' })
    for (const month of ['00', '99']) {
      const place = join(dirname(dirname(good.file)), month)
      mkdirSync(place)
      writeFileSync(join(place, basename(good.file)), readFileSync(good.file))
    }
    const catalogue = temp.open('catalogue.db')
    expect((await rebuildCatalogue(catalogue, temp.folder, read, now)).listed).toBe(1)
    expect(backup(catalogue, 'aaaa')).toMatchObject({ state: 'intact', file: good.archive })
  })

  it('is not touched when the folder is away, and is still to be rebuilt', async () => {
    using temp = site()
    const catalogue = temp.open('catalogue.db')
    const { manifest, path } = store(temp.folder, { id: 'aaaa' })
    recordBackup(catalogue, manifest, { folder: temp.folder, path, state: 'intact' })
    rmSync(temp.folder, { recursive: true })
    const fault = expect.objectContaining({ code: 'DEST_UNAVAILABLE' })
    await expect(rebuildCatalogue(catalogue, temp.folder, read, now)).rejects.toThrow(fault)
    expect(backup(catalogue, 'aaaa')?.state).toBe('intact')
    expect(needsRebuild(catalogue)).toBe(true)
  })
})

describe('a catalogue that missed something', () => {
  it('takes in what it does not list, and reads nothing that it does', async () => {
    using temp = site()
    const catalogue = temp.open('catalogue.db')
    const { manifest, path } = store(temp.folder, { id: 'aaaa' })
    recordBackup(catalogue, manifest, { folder: temp.folder, path, state: 'intact' })
    store(temp.folder, { id: 'bbbb' })
    store(temp.folder, { id: 'bbbb0' })
    let reads = 0
    const counting = (bytes: Buffer): Manifest => {
      reads += 1
      return read(bytes)
    }
    expect(await adoptUnlisted(catalogue, temp.folder, counting)).toEqual({ listed: 2, unknown: [] })
    expect(reads).toBe(2)
    expect(await adoptUnlisted(catalogue, temp.folder, counting)).toEqual({ listed: 0, unknown: [] })
    expect(reads).toBe(2)
    expect(totals(catalogue)).toEqual({ count: 3, bytes: 30 })
  })
})
