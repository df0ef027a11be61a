import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sayDuration, sayTotal } from '../../../electron/engine/restore/report-figures-rules.ts'
import { reportPage, type ReportFacts } from '../../../electron/engine/restore/report-rules.ts'
import { writeReport } from '../../../electron/engine/restore/report.ts'
import type { RestoreResult } from '../../../electron/shared/restore-model.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const startedAt = Date.parse('2026-11-22T12:31:07Z')
const takenAt = '2026-11-22T02:30:11.000Z'

/** A report in which every text that comes from outside is the same. */
function sample(text: string, change: Partial<ReportFacts> = {}): ReportFacts {
  const result: RestoreResult = {
    id: text,
    kind: 'replace',
    verdict: 'restored-with-differences',
    database: text,
    backupId: text,
    takenAt,
    safetyBackupId: text,
    keptAs: text,
    keptUntil: '2026-12-06T12:32:21.000Z',
    differences: [{ object: text, expected: text, found: text }],
    notes: [text],
    downtimeMs: 310,
    durationMs: 74_500,
    report: null,
    after: { command: text, code: 1, output: `${text}.` },
  }
  const tool = { name: text, version: text }
  const counts = { bytes: 148_210_331, tables: 42, rows: 1_204_551 }
  const loss = { schema: text, name: text, backupRows: 812_331, liveRows: 812_884, newerRows: 553 }
  const sums = [{ column: text, total: text }]
  return {
    siteName: text,
    id: text,
    kind: 'replace',
    database: text,
    fault: null,
    source: null,
    result,
    backup: { id: text, takenAt, server: { systemIdentifier: null, version: text }, tool, ...counts },
    server: text,
    who: text,
    startedAt,
    endedAt: startedAt + 74_500,
    steps: [{ name: text, durationMs: 4100 }],
    losses: { takenAt, tables: [{ ...loss, newestAt: '2026-11-22T12:29:51.000Z', sums }] },
    timeZone: 'Europe/Rome',
    locale: 'en',
    ...change,
  }
}

const fault = (text: string) => ({ code: 'RESTORE_FAILED', text, next: text, detail: text }) as const

/** What a reader sees, without the mark-up. */
const seen = (page: string): string =>
  page
    .replace(/<style>[^]*<\/style>/, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')

/** Every sign that could end a text or begin something else, and a few that are odd in other ways. */
const pieces = [...`<>&"'/=!-;: \n\0aé\u202E`.split(''), '`', '💥']

const tags = (page: string): string[] => page.match(/<[^>]*>?/g) ?? []

describe('the page', () => {
  test('never takes for mark-up what it was given, in any field', () => {
    const text = string({
      unit: constantFrom(...pieces, '<script>', '</style>', '<!--', ']]>'),
    })
    const ending = constantFrom<Partial<ReportFacts>>({}, { source: '' }, { result: null })
    const claims = property(text, ending, (given, kind) => {
      const changed = (value: string): ReportFacts =>
        sample(value, {
          ...kind,
          ...('source' in kind ? { source: value } : {}),
          ...('result' in kind ? { fault: fault(value) } : {}),
        })
      expect(tags(reportPage(changed(`x${given}`)))).toEqual(tags(reportPage(changed('x'))))
    })
    assert(claims)
  })

  test('shows every text as it is, in every field that it has', () => {
    const odd = '<b>&amp; "till" \'1\'</b>'
    const shown = odd.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    const quoted = shown.replaceAll('"', '&quot;').replaceAll("'", '&#39;')
    const page = reportPage(sample(odd))
    // Title, head, verdict, five facts, five of the backup, three of a difference, a note, four for the undo, and so on.
    expect(page.split(quoted).length - 1).toBeGreaterThanOrEqual(25)
    expect(page).not.toContain('<b>')
    expect(reportPage(sample('x', { result: null, fault: fault(odd) })).split(quoted)).toHaveLength(4)
  })

  test('loads nothing, runs nothing, and says so to the browser', () => {
    const page = reportPage(sample('x'))
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|base)\b|\bon\w+=|url\(|@import|https?:/)
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })

  test('lists the biggest losses only, and says how many more there are', () => {
    const { losses } = sample('x')
    const [loss] = losses?.tables ?? []
    const tables = Array.from({ length: 2000 }, (_, place) => ({
      ...(loss ?? expect.fail()),
      name: `t${place}`,
    }))
    const page = reportPage(sample('x', { losses: { takenAt, tables } }))
    expect(page.match(/>x\.t\d+</g)).toHaveLength(60)
    expect(page).toContain('1,940 more tables')
  })

  test('has no text without words for it', () => {
    for (const kind of ['replace', 'into', 'undo'] as const)
      expect(seen(reportPage(sample('x', { kind })))).not.toMatch(/undefined|null|NaN|\[object|=>/)
  })
})

describe('the verdict on the page', () => {
  const headline = (change: Partial<ReportFacts>): string =>
    /<h1>([^]*?)<\/h1>/.exec(reportPage(sample('pos', change)))?.[1] ?? expect.fail()
  const ended = (verdict: RestoreResult['verdict']) => ({
    ...(sample('pos').result ?? expect.fail()),
    verdict,
  })

  test('is one sentence for each end', () => {
    expect(headline({ result: ended('restored') })).toBe(
      'Restored: pos holds the backup of Nov 22, 2026, 03:30 again.',
    )
    expect(headline({})).toMatch(/^Restored with differences: pos holds the backup of .* named below\.$/)
    expect(headline({ result: ended('not-restored') })).toBe('Not restored: the till is exactly as it was.')
    expect(headline({ result: ended('restored'), kind: 'undo', backup: null })).toMatch(/^Undone: pos is/)
    expect(headline({ result: ended('restored'), kind: 'into', backup: null, source: 'a.sql' })).toBe(
      'Restored: pos holds what was in the file.',
    )
  })

  test('is never better than a fault, and never guessed', () => {
    const change = { fault: fault('It broke.'), result: ended('restored') }
    expect(headline(change)).toBe('Not restored: the till is exactly as it was.')
    expect(headline({ result: null })).toMatch(/not known/)
    for (const each of [change, { result: null }])
      expect(seen(reportPage(sample('pos', each)))).not.toMatch(/Undo on the screen|compared and is equal/)
  })

  test('says that nothing differs only where a backup was compared', () => {
    const result = { ...ended('restored'), differences: [] }
    const says = (change: Partial<ReportFacts>) =>
      seen(reportPage(sample('pos', { result, ...change }))).includes('compared and is equal')
    expect(says({})).toBe(true)
    expect(says({ backup: null, source: 'a.sql' })).toBe(false)
    expect(says({ kind: 'undo' })).toBe(false)
    expect(says({ result: { ...result, verdict: 'not-restored' } })).toBe(false)
  })

  test('comes with the way back while there is one', () => {
    const text = (change: Partial<ReportFacts>) => seen(reportPage(sample('r1', change)))
    expect(text({})).toContain('kept in the database r1 until Dec 6, 2026, 13:32.')
    expect(text({})).toContain('larder undo r1')
    expect(text({ result: { ...ended('restored'), keptAs: null } })).not.toContain('larder undo')
    expect(text({ result: ended('not-restored') })).toContain('nothing was changed')
  })
})

test('times and sums are written as the reader’s region does, to the last digit', () => {
  expect(sayTotal('-1234567890123456789.50', 'en')).toBe('-1,234,567,890,123,456,789.50')
  expect(sayTotal('1234.5', 'de')).toBe('1.234,5')
  expect(sayTotal('NaN', 'en')).toBe('NaN')
  const say = (ms: number) => sayDuration(ms, { locale: 'en' })
  expect([310, 59_994, 60_000, 3_599_600, 7_500_000].map(say)).toEqual([
    '0.31 sec',
    '59.99 sec',
    '1 min 0 sec',
    '1 hr 0 min',
    '2 hr 5 min',
  ])
})

describe('a written report', () => {
  test('is one whole file that only its owner can read', async () => {
    using folder = tempFolder()
    const facts = sample('r1')
    const file = await writeReport(folder.path, facts)
    expect(file).toBe(join(folder.path, 'reports', 'restore-20261122T123107Z-r1.html'))
    expect(readFileSync(file, 'utf8')).toBe(reportPage(facts))
    expect(readdirSync(join(folder.path, 'reports'))).toHaveLength(1)
    if (process.platform === 'win32') return
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder.path, 'reports')).mode & 0o777).toBe(0o700)
  })

  test('stays in its folder whatever the id is', async () => {
    using folder = tempFolder()
    const file = await writeReport(folder.path, sample('../../etc/x'))
    expect(file).toBe(join(folder.path, 'reports', 'restore-20261122T123107Z-______etc_x.html'))
  })
})
