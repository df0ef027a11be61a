import { existsSync } from 'node:fs'
import type Sqlite from 'better-sqlite3'
import type * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import { connect, type OpenOptions } from './connection.ts'
import { findDamage } from './damage.ts'
import { migrate } from './migrations.ts'
import { whileAlone } from './opening-lock.ts'
import { readRow, speakingFaults } from './sqlite-faults.ts'

/** Named values: `@name` in the statement. */
export type Values = Readonly<Record<string, string | number | null>>

/**
 * The open index of backups and jobs: one connection, used from one thread, closed at the end. What is asked of it
 * lives in the files beside this one; nothing outside this folder writes SQL.
 */
export class Catalogue {
  readonly file: string
  readonly #sqlite: Sqlite.Database
  readonly #prepared = new Map<string, Sqlite.Statement<[Values]>>()

  constructor(file: string, sqlite: Sqlite.Database) {
    this.file = file
    this.#sqlite = sqlite
  }

  /** Rows, each parsed by the schema: what the file holds is checked before anything trusts it. */
  all<Row>(row: z.ZodType<Row>, sql: string, values: Values = {}): Row[] {
    const found = speakingFaults(this.file, () => this.#statement(sql).all(values))
    return found.map((one) => readRow(this.file, row, one))
  }

  /** The first row, or undefined. */
  get<Row>(row: z.ZodType<Row>, sql: string, values: Values = {}): Row | undefined {
    const found = speakingFaults(this.file, () => this.#statement(sql).get(values))
    return found === undefined ? undefined : readRow(this.file, row, found)
  }

  /** Changes rows and returns how many. Durable when it returns, unless it is part of a larger `write`. */
  run(sql: string, values: Values = {}): number {
    return speakingFaults(this.file, () => this.#statement(sql).run(values).changes)
  }

  /**
   * All of the work or none of it, durable when this returns. It takes the write lock first (BEGIN IMMEDIATE), so
   * what the work reads cannot change before it writes. May be nested.
   */
  write<T>(work: () => T): T {
    return speakingFaults(this.file, () => this.#sqlite.transaction(work).immediate())
  }

  close(): void {
    this.#sqlite.close()
  }

  #statement(sql: string): Sqlite.Statement<[Values]> {
    const known = this.#prepared.get(sql)
    if (known) return known
    const statement = this.#sqlite.prepare<[Values]>(sql)
    this.#prepared.set(sql, statement)
    return statement
  }
}

/**
 * Opens the catalogue, or makes one where there is none, and brings its schema up to date. Throws CATALOGUE_NEWER
 * for a file of a newer Larder and CATALOGUE_BROKEN for a damaged one; neither is touched. Opening and making are
 * done by one process at a time, so nobody sees a half-made file.
 */
export function openCatalogue(file: string, options: OpenOptions = {}): Catalogue {
  return whileAlone(file, options, () => openAlone(file, options))
}

/** As `openCatalogue`, for callers that already are alone with the file. */
export function openAlone(file: string, options: OpenOptions): Catalogue {
  return speakingFaults(file, () => {
    const damage = existsSync(file) ? findDamage(file, options) : undefined
    if (damage !== undefined) throw new FaultError('CATALOGUE_BROKEN', { values: { file }, detail: damage })
    const sqlite = connect(file, options)
    try {
      sqlite.pragma('journal_mode = WAL')
      // FULL: a commit that returned survives a power cut (sqlite.org/pragma.html#pragma_synchronous).
      sqlite.pragma('synchronous = FULL')
      sqlite.pragma('foreign_keys = ON')
      migrate(sqlite)
    } catch (error) {
      sqlite.close()
      throw error
    }
    return new Catalogue(file, sqlite)
  })
}
