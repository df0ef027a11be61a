import { assert, constantFrom, nat, option, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { texts } from '../../electron/shared/texts.ts'
import { emptyDraft, emptyLogin, isLoginComplete, requestOf } from '../../renderer/first-run/draft.ts'
import {
  firstStep,
  obstacle,
  problemsOf,
  proposedChoice,
  stepsOf,
} from '../../renderer/first-run/first-run-rules.ts'
import { createFormat, localeFor } from '../../renderer/format.ts'
import { withNewest, withOlder } from '../../renderer/page-rules.ts'
import { doneFraction, timeLeft } from '../../renderer/progress-rules.ts'
import { chosenTables } from '../../renderer/table-rules.ts'
import { otherReasons } from '../../renderer/today-rules.ts'
import { backup, failedJob, fingerprint, progress, report, status, today, troubledReport } from './sample.ts'

describe('figures', () => {
  const british = createFormat('en-GB', 'Europe/Rome')
  const german = createFormat('de-DE', 'Europe/Rome')

  test('sizes have three figures at most and one decimal even where it is zero', () => {
    expect([0, 999, 1000, 83_000_000, 84_210_334, 246_900_112].map(british.bytes)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '83.0 MB',
      '84.2 MB',
      '247 MB',
    ])
    expect(german.bytes(84_210_334)).toBe('84,2 MB')
    expect(german.number(1_284_630)).toBe('1.284.630')
  })

  test('durations name two units and leave out an empty one', () => {
    expect([200, 12_000, 60_000, 72_400, 3_599_600, 7_500_000].map(british.duration)).toEqual([
      'under 1 sec',
      '12 secs',
      '1 min',
      '1 min 12 secs',
      '1 hr',
      '2 hrs 5 mins',
    ])
  })

  test('moments are told in the zone of the site, and with the year once a month could mean two', () => {
    const now = Date.parse('2026-11-22T14:40:00Z')
    const when = (iso: string) => british.when(iso, now)
    expect(when('2026-11-22T14:30:00Z')).toBe('15:30 today')
    expect(when('2026-11-21T23:30:00Z')).toBe('00:30 today')
    expect(when('2026-11-21T02:30:00Z')).toBe('03:30 yesterday')
    expect(when('2026-11-03T02:30:00Z')).toBe('03:30 on Tue 3 Nov')
    expect(when('2025-11-23T02:30:00Z')).toBe('03:30 on 23 Nov 2025')
  })

  test('figures follow the region of the reader only where the words do too', () => {
    expect(localeFor(['de-AT', 'en-IE', 'en-GB'])).toBe('en-IE')
    expect(localeFor(['de-AT'])).toBe('en')
  })
})

describe('progress', () => {
  const anyProgress = record({
    phase: constantFrom('inspect', 'dump', 'check', 'finish'),
    kind: constantFrom('backup', 'verify', 'export'),
    bytes: nat(),
    expectedBytes: option(nat()),
    elapsedMs: nat(),
    expectedMs: option(nat()),
  }).map((part) => progress(part))

  test('never leaves the bar and never promises less than nothing', () => {
    assert(
      property(anyProgress, (any) => {
        const done = doneFraction(any)
        const left = timeLeft(any)
        if (done !== null) expect(done >= 0 && done <= 1).toBe(true)
        if (typeof left === 'number') expect(left).toBeGreaterThanOrEqual(5000)
      }),
    )
  })

  test('a database that grew does not push the bar out of its phase', () => {
    const grown = doneFraction(progress({ bytes: 900_000_000 }))
    expect(grown).toBeLessThanOrEqual(doneFraction(progress({ phase: 'check', bytes: 0 })) ?? 0)
  })

  test('without an earlier run there is no estimate', () => {
    expect(doneFraction(progress({ expectedBytes: null }))).toBeNull()
    expect(timeLeft(progress({ expectedMs: null }))).toBe('none')
  })

  test('the estimate begins with the last run and ends with the pace of this one', () => {
    const start = progress({ phase: 'inspect', bytes: 0, elapsedMs: 0, expectedMs: 60_000 })
    expect(timeLeft(start)).toBe(60_000)
    const halfway = { bytes: 246_900_112 * 0.61, expectedMs: 60_000 }
    expect(timeLeft(progress({ ...halfway, elapsedMs: 30_000 }))).toBe(30_000)
    expect(timeLeft(progress({ ...halfway, elapsedMs: 60_000 }))).toBe(45_000)
    const last = progress({ phase: 'finish', elapsedMs: 70_000, expectedMs: 72_000 })
    expect(timeLeft(last)).toBe('almost')
  })
})

describe('the first run', () => {
  const state = {
    done: true,
    siteName: 'Trattoria Lucia',
    folder: '/srv/backups',
    encrypted: true,
    recoveryConfirmed: false,
    proposedFolder: '/srv/backups',
  }
  const untouched = today({ backupCount: 0, newest: [] })

  test('opens where it was left', () => {
    expect(firstStep({ ...state, done: false }, null)).toBe('welcome')
    expect(firstStep(state, untouched)).toBe('recovery')
    expect(firstStep({ ...state, recoveryConfirmed: true }, untouched)).toBe('backup')
    expect(firstStep({ ...state, encrypted: false }, untouched)).toBe('backup')
  })

  test('is over as soon as a backup exists, runs or has failed: Today tells the rest', () => {
    expect(firstStep(state, today({}))).toBeNull()
    expect(firstStep(state, { ...untouched, running: [progress()] })).toBeNull()
    expect(firstStep(state, { ...untouched, failures: [failedJob] })).toBeNull()
  })

  test('has no key to keep where nothing is encrypted', () => {
    expect(stepsOf(false)).not.toContain('recovery')
    expect(stepsOf(true)).toContain('recovery')
  })

  test('never leaves a database with a problem out in silence', () => {
    const choice = proposedChoice(troubledReport)
    expect(choice.ticked).toEqual(['pos', 'reservations'])
    const told = problemsOf(troubledReport, choice).map(({ database }) => database)
    expect(told).toEqual(['reservations'])
    expect(problemsOf(troubledReport, { all: true, ticked: [] })).toHaveLength(2)
    expect(obstacle(troubledReport, choice)).toBe('database')
    expect(obstacle(troubledReport, { all: false, ticked: ['pos'] })).toBeNull()
    expect(obstacle(troubledReport, { all: true, ticked: [] })).toBe('database')
  })

  test('does not go on without a database or against a problem of the whole server', () => {
    expect(obstacle(report, { all: false, ticked: [] })).toBe('none-ticked')
    const toolless = { ...report, problems: [{ database: null, text: 'No tools.', next: 'Install them.' }] }
    expect(obstacle(toolless, proposedChoice(report))).toBe('server')
  })

  test('connects only with a whole address', () => {
    expect(isLoginComplete(emptyLogin)).toBe(true)
    for (const port of ['', '0', '65536', '54 32', 'abc'])
      expect(isLoginComplete({ ...emptyLogin, port })).toBe(false)
    expect(isLoginComplete({ ...emptyLogin, host: ' ' })).toBe(false)
  })

  test('sends a trimmed address and leaves an empty certificate out', () => {
    const login = { ...emptyLogin, host: ' till ', rootCertificate: ' ' }
    const request = requestOf({ ...emptyDraft, login, choice: { all: true, ticked: ['pos'] } })
    expect(request.databases).toBe('all')
    expect(request.server).toEqual({
      host: 'till',
      port: 5432,
      user: 'postgres',
      database: 'postgres',
      tls: 'prefer',
    })
  })
})

describe('lists', () => {
  const [a, b, c, d] = [backup(0), backup(1), backup(2), backup(3)]

  test('a new backup comes on top and the older pages stay', () => {
    expect(withNewest([a, b], [b, c, d], 2)).toEqual({ backups: [a, b, c, d], more: true })
  })

  test('a short answer is the whole truth', () => {
    expect(withNewest([a], [b, c], 2)).toEqual({ backups: [a], more: false })
    expect(withNewest([], [a, b], 2)).toEqual({ backups: [], more: false })
  })

  test('a backup at the edge of two pages appears once', () => {
    expect(withOlder([a, b], [b, c])).toEqual([a, b, c])
  })

  test('tables are found by schema and name whatever the case, most rows first or by name', () => {
    const names = (search: string, order: 'rows' | 'name') =>
      chosenTables(fingerprint.tables, search, order).map(({ name }) => name)
    expect(names('ORDER', 'rows')).toEqual(['order_lines', 'orders'])
    expect(names(' reporting. ', 'rows')).toEqual(['sales_by_day'])
    expect(names('', 'rows').slice(0, 2)).toEqual(['order_lines', 'orders'])
    expect(names('re', 'name')).toEqual(['sales_by_day', 'receipts', 'reservations'].toSorted(bySchema))
  })
})

const bySchema = (a: string, b: string): number => Number(a === 'sales_by_day') - Number(b === 'sales_by_day')

describe('Today', () => {
  test('tells each reason once', () => {
    const alert = (code: string) => ({ code, state: 'open' as const, since: failedJob.startedAt, text: code })
    const alerts = ['DB_AUTH', 'NOT_PROVEN', 'KEY_UNCONFIRMED', 'CLOCK_WRONG'].map(alert)
    const resolved = { ...alert('OLD'), state: 'resolved' as const }
    const facts = today({ status: status({ alerts: [...alerts, resolved] }), failures: [failedJob] })
    expect(otherReasons(facts)).toEqual(['CLOCK_WRONG'])
    const said = { ...facts, status: { ...facts.status, sentence: 'Go back. CLOCK_WRONG' } }
    expect(otherReasons(said)).toEqual([])
  })
})

test('no text claims a success', () => {
  const claims = JSON.stringify(texts, (_, value: unknown) =>
    typeof value === 'function' ? String(value) : value,
  )
  expect(claims).not.toMatch(/success/i)
})
