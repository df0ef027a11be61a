import { array, assert, constantFrom, nat, option, property, record, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitCommand } from '../../electron/shared/command-line-rules.ts'
import { FaultError } from '../../electron/shared/fault.ts'
import type { TableLoss } from '../../electron/shared/restore-model.ts'
import { createFormat } from '../../renderer/format.ts'
import { canCancel, countsBytes, doneFraction, timeLeft } from '../../renderer/progress-rules.ts'
import {
  emptyDraft,
  isLookDone,
  isPointChosen,
  isTyped,
  nameTrouble,
  proposedName,
  requestOf,
} from '../../renderer/restore/draft-rules.ts'
import { weighLosses } from '../../renderer/restore/losses-rules.ts'
import { furthest, isTypingFault, stagesOf } from '../../renderer/restore/run-rules.ts'
import { backup, progress } from './sample.ts'
import { look, stoppedLook } from './sample-restore.ts'

const bytesOf = (text: string): number => Buffer.byteLength(text)

describe('the point', () => {
  test('a proposed name always fits PostgreSQL, and never is the name of the till', () => {
    expect(proposedName('till', '2026_11_22')).toBe('till_2026_11_22')
    assert(
      property(string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), (database) => {
        const name = proposedName(database, '2026_11_22')
        expect(bytesOf(name)).toBeLessThanOrEqual(63)
        expect(name).not.toBe(database)
        expect(name.endsWith('_2026_11_22')).toBe(true)
      }),
    )
  })

  test('a name that PostgreSQL would cut, that is taken, or that cannot be read is no name', () => {
    expect(nameTrouble(' ', 'till')).toBe('empty')
    expect(nameTrouble('till', 'till')).toBe('same')
    expect(nameTrouble('ü'.repeat(32), 'till')).toBe('long')
    expect(nameTrouble('a\nb', 'till')).toBe('odd')
    expect(nameTrouble('ü'.repeat(31), 'till')).toBeNull()
  })

  test('a corrupt or missing backup is never a point to go back to', () => {
    for (const state of ['corrupt', 'missing'] as const)
      expect(isPointChosen({ ...emptyDraft, backup: backup(0, { state }) })).toBe(false)
    expect(isPointChosen({ ...emptyDraft, backup: backup(0) })).toBe(true)
    expect(isPointChosen({ ...emptyDraft, backup: backup(0), where: 'into' })).toBe(false)
  })
})

describe('what it costs', () => {
  const loss = (part: Partial<TableLoss>): TableLoss => ({
    schema: 'public',
    name: 't',
    backupRows: 100,
    liveRows: 100,
    newerRows: null,
    newestAt: null,
    sums: [],
    ...part,
  })
  const weigh = (...tables: TableLoss[]) => weighLosses({ takenAt: backup(0).takenAt, tables })
  const lineOf = (part: Partial<TableLoss>) => weigh(loss(part)).lines[0]

  test('rows go, come back, or both', () => {
    expect(lineOf({ liveRows: 112 })).toMatchObject({ goes: 12, back: 0 })
    expect(lineOf({ liveRows: 95, newerRows: 10 })).toMatchObject({ goes: 10, back: 15 })
    expect(lineOf({ liveRows: 90 })).toMatchObject({ goes: 0, back: 10 })
    expect(lineOf({ liveRows: 112, newerRows: 3 })).toMatchObject({ goes: 12, back: 0 })
  })

  test('a whole table goes or comes back, and what cannot be counted is not called nothing', () => {
    expect(lineOf({ backupRows: null, liveRows: 7 })).toMatchObject({ goes: 7, goesWhole: true })
    expect(lineOf({ liveRows: null })).toMatchObject({ goes: 0, back: 100, backWhole: true })
    expect(lineOf({})).toMatchObject({ goes: null, back: 0 })
  })

  test('the sum is that of the lines, and the worst table stands first', () => {
    const anyLoss = record({
      backupRows: option(nat(5000)),
      liveRows: option(nat(5000)),
      newerRows: option(nat(5000)),
    }).map(loss)
    assert(
      property(array(anyLoss), (tables) => {
        const { lines, rows } = weigh(...tables)
        expect(rows).toBe(lines.reduce((sum, { goes }) => sum + (goes ?? 0), 0))
        const going = lines.map(({ goes }) => goes ?? 0)
        expect(going).toEqual(going.toSorted((a, b) => b - a))
        for (const { back } of lines) expect(back).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('sums keep every digit and the places of their currency', () => {
    const german = createFormat('de-DE', 'Europe/Berlin')
    expect(german.sum('4120.50')).toBe('4.120,50')
    expect(german.sum('-123456789012345678.9012')).toBe('-123.456.789.012.345.678,9012')
    expect(german.sum('NaN')).toBe('NaN')
  })

  test('nobody goes on against a problem, with a user unprovided for, or with half a command', () => {
    const draft = { ...emptyDraft, backup: backup(0) }
    expect(isLookDone(draft, look())).toBe(true)
    expect(isLookDone(draft, stoppedLook)).toBe(false)
    expect(isLookDone({ ...draft, after: 'run "this' }, look())).toBe(false)
    const missing = look({ missingRoles: ['a', 'b'], presentRoles: ['pos'] })
    const mapped = (to: Record<string, string>) => ({ ...draft, roles: { kind: 'map' as const, to } })
    expect(isLookDone(mapped({ a: 'pos' }), missing)).toBe(false)
    expect(isLookDone(mapped({ a: 'pos', b: 'gone' }), missing)).toBe(false)
    expect(isLookDone(mapped({ a: 'pos', b: 'pos' }), missing)).toBe(true)
  })
})

describe('the command that runs afterwards', () => {
  test.each([
    ['npx  prisma migrate', ['npx', 'prisma', 'migrate']],
    ['"C:\\Program Files\\x.cmd" --to=\'a b\'', ['C:\\Program Files\\x.cmd', '--to=a b']],
    ["run '' $HOME; rm", ['run', '', '$HOME;', 'rm']],
    ["say it's", null],
    ['  ', null],
    ['"" x', null],
  ])('%s', (line, words) => {
    expect(splitCommand(line)).toEqual(words)
  })

  test('words that are quoted come back as they were', () => {
    const word = string().filter((text) => !text.includes("'"))
    assert(
      property(array(word, { minLength: 1 }), (words) => {
        const isNamed = words[0] !== ''
        const line = words.map((one) => `'${one}'`).join(' ')
        expect(splitCommand(line)).toEqual(isNamed ? words : null)
      }),
    )
  })
})

describe('the request', () => {
  test('holds what was typed and nothing that was not chosen', () => {
    const typed = { name: 'pos', pin: 'wild garlic 7' }
    expect(requestOf({ ...emptyDraft, newName: 'pos_copy' }, 'b0', typed)).toEqual({
      id: 'b0',
      into: null,
      typedName: 'pos',
      pin: 'wild garlic 7',
      roles: { kind: 'create' },
      after: null,
      login: null,
    })
    expect(isTyped('Pos', 'pos')).toBe(false)
  })
})

describe('the run', () => {
  const phases = ['inspect', 'dump', 'check', 'restore', 'compare', 'swap', 'after', 'finish'] as const

  test('a stage that was left is not entered again', () => {
    assert(
      property(array(constantFrom(...phases)), (seen) => {
        const stages = stagesOf(true)
        let reached = stages[0] ?? 'inspect'
        for (const phase of seen) {
          const next = furthest(reached, phase)
          expect(stages.indexOf(next)).toBeGreaterThanOrEqual(stages.indexOf(reached))
          reached = next
        }
      }),
    )
    expect(stagesOf(false)).not.toContain('after')
  })

  test('claims no percentage and no time left: what is known of earlier runs is of backups', () => {
    for (const kind of ['restore', 'undo', 'release', 'prove'] as const)
      for (const phase of phases) {
        const one = progress({ kind, phase })
        expect(doneFraction(one)).toBeNull()
        expect(timeLeft(one)).toBe('untold')
      }
    expect(countsBytes(progress({ kind: 'restore', bytes: 0 }))).toBe(false)
  })

  test('is stopped only as long as that leaves the till as it was', () => {
    const stoppable = phases.filter((phase) => canCancel(progress({ kind: 'restore', phase })))
    expect(stoppable).toEqual(['inspect', 'dump', 'check', 'restore', 'compare'])
    expect(canCancel(progress({ kind: 'release', phase: 'inspect' }))).toBe(false)
    expect(canCancel(progress({ kind: 'backup', phase: 'finish' }))).toBe(true)
  })

  test('faults of typing stay beside the fields', () => {
    for (const code of ['PIN_WRONG', 'PIN_WEAK', 'PIN_UNSET', 'CONFIRM_MISMATCH'] as const)
      expect(isTypingFault(new FaultError(code).fault)).toBe(true)
    expect(isTypingFault(new FaultError('RESTORE_FAILED').fault)).toBe(false)
  })
})
