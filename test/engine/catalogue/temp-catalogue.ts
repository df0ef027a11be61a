import { join } from 'node:path'
import { openCatalogue, type Catalogue } from '../../../electron/engine/catalogue/catalogue.ts'
import type { OpenOptions } from '../../../electron/engine/catalogue/connection.ts'
import { recordBackup } from '../../../electron/engine/catalogue/record-backup.ts'
import { sampleManifest, type SampleManifest } from '../../support/sample-manifest.ts'
import { tempFolder } from '../../support/temp-folder.ts'

export interface TempCatalogue extends Disposable {
  readonly catalogue: Catalogue
  readonly file: string
  readonly folder: string
}

/** A new catalogue in a folder of its own, for one test. */
export function tempCatalogue(options: OpenOptions = {}): TempCatalogue {
  const folder = tempFolder()
  const file = join(folder.path, 'catalogue.db')
  const catalogue = openCatalogue(file, options)
  const dispose = (): void => {
    catalogue.close()
    folder[Symbol.dispose]()
  }
  return { catalogue, file, folder: folder.path, [Symbol.dispose]: dispose }
}

/** Lists a backup that exists on paper only. */
export function record(
  catalogue: Catalogue,
  sample: SampleManifest,
  state: 'taken' | 'intact' = 'intact',
): void {
  recordBackup(catalogue, sampleManifest(sample), {
    folder: '/backups',
    path: 'trattoria/pos/2026/01',
    state,
  })
}
