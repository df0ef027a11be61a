import { describe, expect, test } from 'vitest'
import { filesOf } from '../../../electron/engine/retention/stored-files-rules.ts'

describe('the files of a backup', () => {
  test('are told by the name of its archive', () => {
    const stem = 'trattoria-1a2b3c/till/2027/11/till-20271103T023000Z-0123456789'
    expect(filesOf(`${stem}.dump.zst.age`)).toEqual({
      manifest: `${stem}.manifest.json`,
      archive: `${stem}.dump.zst.age`,
      globals: `${stem}.globals.sql.age`,
      pin: `${stem}.pinned`,
    })
    expect(filesOf(`${stem}.dump.zst`)?.globals).toBe(`${stem}.globals.sql`)
  })

  test.each([
    '../till/2027/11/till-20271103T023000Z-0123456789.dump.zst',
    'a/../2027/11/till-20271103T023000Z-0123456789.dump.zst',
    '/a/b/2027/11/till-20271103T023000Z-0123456789.dump.zst',
    'a/b/2027/11/../till-20271103T023000Z-0123456789.dump.zst',
    'a/b/2027/11/holiday.jpg',
    'larder-folder.json',
    'a/b/2027/11/till-20271103T023000Z-0123456789.dump.zst.age.partial',
    'C:/b/2027/11/till-20271103T023000Z-0123456789.dump.zst',
  ])('are none for %s', (name) => expect(filesOf(name)).toBeUndefined())
})
