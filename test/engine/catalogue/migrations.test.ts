import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { migrate, migrations, newestVersion } from '../../../electron/engine/catalogue/migrations.ts'
import { tempCatalogue } from './temp-catalogue.ts'

const pragma = (sqlite: Sqlite.Database, name: string): unknown => sqlite.pragma(name, { simple: true })

function failHalfWay(sqlite: Sqlite.Database): void {
  sqlite.exec('CREATE TABLE half (n)')
  sqlite.exec('CREATE TABLE half (n)')
}

describe('the schema of the catalogue', () => {
  it('carries the mark of Larder, its version, and only strict tables', () => {
    using temp = tempCatalogue()
    const sqlite = new Sqlite(temp.file)
    expect(pragma(sqlite, 'application_id')).toBe(Buffer.from('LRDR').readUInt32BE())
    expect(pragma(sqlite, 'user_version')).toBe(newestVersion())
    expect(pragma(sqlite, 'journal_mode')).toBe('wal')
    const loose =
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'"
    expect(sqlite.prepare(loose).all()).toEqual([])
    sqlite.close()
  })

  it('is numbered without a gap, so that no step is passed over', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
  })

  it('runs only the steps that a file does not have yet, and keeps what is in it', () => {
    const sqlite = new Sqlite(':memory:')
    const first = {
      version: 1,
      update: (one: Sqlite.Database) => one.exec('CREATE TABLE kept (n); INSERT INTO kept VALUES (7)'),
    }
    const second = {
      version: 2,
      update: (one: Sqlite.Database) => one.exec('ALTER TABLE kept ADD COLUMN m DEFAULT 8'),
    }
    migrate(sqlite, [first])
    migrate(sqlite, [first, second])
    migrate(sqlite, [first, second])
    expect(sqlite.prepare('SELECT * FROM kept').all()).toEqual([{ n: 7, m: 8 }])
    expect(pragma(sqlite, 'user_version')).toBe(2)
    sqlite.close()
  })

  it('stays as it was when a step fails half-way', () => {
    const sqlite = new Sqlite(':memory:')
    expect(() => migrate(sqlite, [{ version: 1, update: failHalfWay }])).toThrow('already exists')
    expect(sqlite.prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
    expect(pragma(sqlite, 'user_version')).toBe(0)
    sqlite.close()
  })
})
