import { createHash } from 'node:crypto'
import { assert, date, pre, property, string, tuple, boolean, nat, constantFrom, oneof } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  backupNames,
  hasRoom,
  isPartialName,
  neededBytes,
  reserveBytes,
  safeName,
} from '../../../electron/engine/backup/backup-rules.ts'
import { partialName } from '../../../electron/engine/backup/partial-file.ts'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 6)
const safe = (name: string): string => safeName(name, hash)

/** Names that people give, and names that trip programs up. */
const anyName = oneof(
  string({ unit: 'binary', minLength: 1, maxLength: 80 }),
  string({ unit: constantFrom('a', 'b', 'A', '-', '_', '.', ' ', 'ä'), minLength: 1, maxLength: 6 }),
  constantFrom('con', 'CON', 'nul', 'com1', 'lpt9', 'aux.', '.', '..', '-', 'Pos', 'pos', 'pos ', 'pós'),
)

describe('a name made safe', () => {
  test('has only characters that every file system and bucket takes, and is never long or empty', () => {
    assert(property(anyName, (name) => /^[a-z0-9_][a-z0-9_-]{0,47}$/.test(safe(name))))
  })

  test('is never that of another name', () => {
    assert(
      property(anyName, anyName, (one, other) => {
        pre(one !== other)
        expect(safe(one)).not.toBe(safe(other))
      }),
      { numRuns: 2000 },
    )
  })

  test('is not even that of a name that looks like a changed one', () => {
    assert(
      property(anyName, (name) => {
        pre(safe(name) !== name)
        expect(safe(safe(name))).not.toBe(safe(name))
      }),
    )
  })

  test('is not one that Windows keeps to itself', () => {
    for (const name of ['con', 'prn', 'aux', 'nul', 'com1', 'lpt9', 'COM¹']) {
      expect(safe(name)).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)$/)
    }
  })

  test('is the name itself where that is safe, so that a person recognises it', () => {
    expect(['trattoria', 'pos_2', 'till-3'].map(safe)).toEqual(['trattoria', 'pos_2', 'till-3'])
    expect(safe('Trattoria da Pina')).toMatch(/^trattoria-da-pina-[0-9a-f]{6}$/)
    expect(safe('Café Ölmühle')).toMatch(/^cafe-olmuhle-[0-9a-f]{6}$|^caf/)
  })
})

describe('the names of a backup', () => {
  const naming = tuple(
    anyName,
    anyName,
    date({ noInvalidDate: true, min: new Date(0), max: new Date('9999') }),
    boolean(),
  )

  test('fit into every limit and lead nowhere else', () => {
    assert(
      property(naming, ([site, database, moment, encrypted]) => {
        const takenAt = moment.toISOString()
        const names = backupNames({ site, database, id: '0123456789', takenAt, encrypted, hash })
        expect(names.folder).toMatch(/^[a-z0-9_-]+\/[a-z0-9_-]+\/\d{4}\/\d\d$/)
        for (const name of [names.archive, names.globals, names.manifest]) {
          expect(name).toMatch(/^[a-z0-9_][a-z0-9_.-]+$/i)
          // Windows takes 260 in all; this leaves half of them to the folder that people choose.
          expect(`${names.folder}/${partialName(name)}`.length).toBeLessThan(220)
          expect(isPartialName(partialName(name))).toBe(true)
          expect(isPartialName(name)).toBe(false)
        }
      }),
    )
  })

  test('are those of the layout', () => {
    const takenAt = '2026-11-03T02:30:00.123Z'
    const about = { site: 'trattoria', database: 'pos', id: '0123456789', takenAt, hash }
    expect(backupNames({ ...about, encrypted: true })).toEqual({
      folder: 'trattoria/pos/2026/11',
      archive: 'pos-20261103T023000Z-0123456789.dump.zst.age',
      globals: 'pos-20261103T023000Z-0123456789.globals.sql.age',
      manifest: 'pos-20261103T023000Z-0123456789.manifest.json',
    })
    expect(backupNames({ ...about, encrypted: false })).toMatchObject({
      archive: 'pos-20261103T023000Z-0123456789.dump.zst',
      globals: 'pos-20261103T023000Z-0123456789.globals.sql',
    })
  })

  test('of strangers are not taken for half-written ones', () => {
    for (const name of [
      'film.partial',
      'pos-20261103T023000Z-0123456789.dump.zst.age.partial.txt',
      'x.dump.zst.age.partial',
    ])
      expect(isPartialName(name)).toBe(false)
  })
})

describe('the room for a backup', () => {
  const gibibyte = 1024 ** 3

  test('leaves a twentieth of the disk to the till, and never needs to leave more than 1 GiB', () => {
    expect(reserveBytes(10 * gibibyte)).toBe(gibibyte / 2)
    expect(reserveBytes(2000 * gibibyte)).toBe(gibibyte)
    assert(property(nat(), (total) => reserveBytes(total) <= total / 20))
  })

  test('is half as much again as the last one took', () => {
    const room = { totalBytes: 100 * gibibyte, databaseBytes: 50 * gibibyte, lastBytes: 1000, freeBytes: 0 }
    expect(neededBytes(room)).toBe(1500 + gibibyte)
    expect(hasRoom({ ...room, freeBytes: 1500 + gibibyte })).toBe(true)
    expect(hasRoom({ ...room, freeBytes: 1499 + gibibyte })).toBe(false)
  })

  test('is guessed from the database for the first one', () => {
    const room = { totalBytes: 0, databaseBytes: 1000, lastBytes: null, freeBytes: 0 }
    expect(neededBytes(room)).toBe(400)
  })
})
