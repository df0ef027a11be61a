import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commit, writePartial } from '../../../electron/engine/backup/partial-file.ts'
import { streamOf } from '../../support/streams.ts'
import { tempFolder } from '../../support/temp-folder.ts'

let folder: ReturnType<typeof tempFolder>
let file: string
beforeEach(() => {
  folder = tempFolder()
  file = join(folder.path, 'backup')
})
afterEach(() => folder[Symbol.dispose]())

describe('a file in a backup folder', () => {
  test('has another name until it is whole, and can be read by its owner only', async () => {
    await writePartial(file, streamOf([Buffer.from('re'), Buffer.from('ceipts')]))
    expect(existsSync(file)).toBe(false)
    expect(statSync(`${file}.partial`).mode & 0o777).toBe(0o600)
    await commit(file)
    expect(readFileSync(file, 'utf8')).toBe('receipts')
    expect(existsSync(`${file}.partial`)).toBe(false)
  })

  test('is never written over, neither half nor whole', async () => {
    await writePartial(file, streamOf([Buffer.from('first')]))
    await expect(writePartial(file, streamOf([Buffer.from('second')]))).rejects.toMatchObject({
      code: 'DEST_UNAVAILABLE',
    })
    await commit(file)
    await writePartial(file, streamOf([Buffer.from('third')]))
    await expect(commit(file)).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(readFileSync(file, 'utf8')).toBe('first')
  })

  test('gives on what went wrong with its source, and does not blame the folder', async () => {
    // oxlint-disable-next-line require-yield
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error('the tool died')
    }
    await expect(writePartial(file, broken())).rejects.toThrow('the tool died')
  })

  test('tells of a folder that is not there, or is none', async () => {
    const nowhere = join(folder.path, 'none', 'backup')
    await expect(writePartial(nowhere, streamOf([]))).rejects.toMatchObject({ code: 'DEST_UNAVAILABLE' })
    writeFileSync(file, '')
    await expect(writePartial(join(file, 'backup'), streamOf([]))).rejects.toMatchObject({
      code: 'DEST_UNAVAILABLE',
    })
  })
})
