import { array, assert, boolean, constant, constantFrom, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, type HealthFacts } from '../../../electron/engine/monitor/health-rules.ts'
import { maxAges } from '../../../electron/engine/schedule/schedule-rules.ts'
import { scheduleOf, type SlotReason } from '../../../electron/shared/schedule-model.ts'

const now = Date.UTC(2026, 10, 3, 14)
const hour = 3_600_000
const sayWhen = (at: number): string => `${(now - at) / hour} h ago`

type DatabaseFacts = HealthFacts['databases'][number]
const good: DatabaseFacts = {
  name: 'pos',
  intactAt: now - hour,
  provenAt: now - hour,
  failure: null,
  newestBadSince: null,
}
const failure = { code: 'DISK_FULL', text: 'The backup disk has too little room.', at: now - hour / 2 }
const calm: HealthFacts = {
  now,
  setUpAt: now - 300 * hour,
  keyMadeAt: now - 299 * hour,
  maxAgeMs: maxAges(scheduleOf({ kind: 'production' })),
  late: null,
  paused: null,
  databases: [good],
  running: null,
  expiring: [],
  encrypted: true,
  recoveryConfirmed: true,
  sayWhen,
}
const judged = (database: Partial<DatabaseFacts>, site: Partial<HealthFacts> = {}) =>
  judge({ ...calm, databases: [{ ...good, ...database }], ...site })
const codes = (alerts: readonly { readonly code: string }[]): string[] => alerts.map(({ code }) => code)

const moments = constantFrom(null, -5000, -200, -30, -3, -2, -1, 0, 2, 3).map((hours) =>
  hours === null ? null : now + hours * hour,
)
// Mostly good, so that the one bad fact is often alone.
const anyDatabase = record({
  name: constantFrom('pos', 'stock', 'a “b”'),
  intactAt: moments,
  provenAt: moments,
  failure: constantFrom(null, null, null, failure),
  newestBadSince: constantFrom(null, null, null, now - 4 * hour),
})
const anyFacts = record({
  now: constant(now),
  setUpAt: constant(calm.setUpAt),
  keyMadeAt: constant(calm.keyMadeAt),
  maxAgeMs: constantFrom('production' as const, 'staging' as const).map((kind) =>
    maxAges(scheduleOf({ kind })),
  ),
  late: constantFrom(null, null, null, { at: now - 3 * hour, reason: 'server' as const }),
  paused: constantFrom(null, null, null, { since: now - hour, until: now + hour }),
  databases: array(anyDatabase, { maxLength: 3 }),
  running: constantFrom('backup' as const, 'restore' as const, null),
  expiring: array(
    record({ database: constant('pos'), since: constant(now - hour), at: constant(now + hour) }),
    {
      maxLength: 2,
    },
  ),
  encrypted: boolean(),
  recoveryConfirmed: boolean(),
  sayWhen: constant(sayWhen),
})

describe('the verdict', () => {
  test('is protected only when every fact is there and every fact is good', () => {
    assert(
      property(anyFacts, (facts) => {
        const isGood = (one: DatabaseFacts): boolean =>
          one.intactAt !== null &&
          one.intactAt <= now + 5 * 60_000 &&
          now - one.intactAt <= facts.maxAgeMs.backup &&
          one.provenAt !== null &&
          one.intactAt - one.provenAt <= facts.maxAgeMs.proof &&
          one.failure === null &&
          one.newestBadSince === null
        const expected =
          facts.running === null &&
          facts.expiring.length === 0 &&
          facts.late === null &&
          facts.paused === null &&
          facts.databases.length > 0 &&
          facts.databases.every(isGood) &&
          (!facts.encrypted || facts.recoveryConfirmed)
        expect(judge(facts).health === 'protected').toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  test('never gets better when something gets worse', () => {
    const order = ['protected', 'attention', 'paused', 'at-risk']
    const worse: readonly ((facts: HealthFacts) => HealthFacts)[] = [
      (facts) => ({ ...facts, recoveryConfirmed: false }),
      ...(
        [
          { provenAt: null },
          { intactAt: null, provenAt: null },
          { failure },
          { newestBadSince: now - hour },
          { intactAt: now - 200 * 24 * hour, provenAt: null },
        ] as const
      ).map((change) => (facts: HealthFacts) => ({
        ...facts,
        databases: facts.databases.map((one, index) => (index === 0 ? { ...one, ...change } : one)),
      })),
    ]
    assert(
      property(anyFacts, constantFrom(...worse), (facts, change) => {
        const idle = { ...facts, running: null }
        expect(order.indexOf(judge(change(idle)).health)).toBeGreaterThanOrEqual(
          order.indexOf(judge(idle).health),
        )
      }),
    )
  })

  test('comes with a reason unless it is protected, and with none then', () => {
    assert(
      property(anyFacts, (facts) => {
        const { health, alerts } = judge({ ...facts, running: null })
        expect(alerts.length > 0).toBe(health !== 'protected')
        for (const { text, since } of alerts) {
          expect(text).toMatch(/^[A-Z].*[.?]$/)
          expect(Date.parse(since)).not.toBeNaN()
        }
      }),
    )
  })

  test('has reasons that began when they began, however late somebody looks', () => {
    assert(
      property(anyFacts, (facts) => {
        const reasons = (at: number) =>
          judge({ ...facts, now: at })
            .alerts.filter(({ code }) => code !== 'CLOCK_WRONG')
            .map(({ code, since }) => `${code} ${since}`)
        expect(reasons(now + 3 * hour)).toEqual(expect.arrayContaining(reasons(now)))
      }),
    )
  })

  test('sounds like all is well only when it is', () => {
    assert(
      property(anyFacts, (facts) => {
        const { health, sentence } = judge(facts)
        expect(/; (that of [^.]+ is )?proven\.$/.test(sentence)).toBe(health === 'protected')
        expect(sentence).toMatch(/^[A-Z].*\.$/)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the sentence', () => {
  test.each<readonly [string, ReturnType<typeof judged>]>([
    ['You can go back to 1 h ago; proven.', judged({})],
    ['You can go back to 1 h ago. This backup is intact, not proven yet.', judged({ provenAt: null })],
    ['You can go back to 1 h ago; that of 7 h ago is proven.', judged({ provenAt: now - 7 * hour })],
    [
      'You can go back to 1 h ago. This backup is intact, not proven yet.',
      judged({ provenAt: now - 50 * hour }),
    ],
    [
      'You can go back to 1 h ago. Backups are paused until -1 h ago.',
      judged({}, { paused: { since: now - hour, until: now + hour } }),
    ],
    [
      'You can go back to 1 h ago, but the backup after it is late.',
      judged({}, { late: { at: now - 2 * hour, reason: 'server' } }),
    ],
    ['You can go back to 1 h ago, but the last backup failed.', judged({ failure })],
    [
      'You can go back to 1 h ago, but the newest backup has gone bad.',
      judged({ newestBadSince: now - hour }),
    ],
    ['You can go back to 30 h ago, and nothing since.', judged({ intactAt: now - 30 * hour })],
    [
      'You can go back to 1 h ago, but nobody has confirmed the recovery key.',
      judged({}, { recoveryConfirmed: false }),
    ],
    ['You can go back to 1 h ago; proven.', judged({}, { recoveryConfirmed: false, encrypted: false })],
    [
      'You can go back to -2 h ago, but the clock of this PC looks wrong.',
      judged({ intactAt: now + 2 * hour, provenAt: now + 3 * hour }),
    ],
    ['There is no backup yet.', judged({ intactAt: null, provenAt: null })],
    ['There is no backup yet.', judged({}, { databases: [] })],
    ['A backup is being taken now.', judged({ newestBadSince: now - hour }, { running: 'backup' })],
    ['A backup is being restored now.', judged({}, { running: 'restore' })],
    [
      'There is no backup of “stock” yet.',
      judged({}, { databases: [good, { ...good, name: 'stock', intactAt: null }] }),
    ],
    [
      'You can go back to 3 h ago; proven.',
      judged({}, { databases: [good, { ...good, name: 'stock', intactAt: now - 3 * hour }] }),
    ],
  ])('%s', (expected, { sentence }) => {
    expect(sentence).toBe(expected)
  })
})

describe('a backup', () => {
  test('of the daily plan is stale after 25 hours, so that the long night of autumn is none too many', () => {
    const at = (age: number) => judged({ intactAt: now - age, provenAt: now })
    expect(at(25 * hour).health).toBe('protected')
    const { health, alerts } = at(25 * hour + 1)
    expect(health).toBe('at-risk')
    expect(alerts).toMatchObject([{ code: 'BACKUP_STALE', since: new Date(now - 1).toISOString() }])
  })

  test('of the weekly plan is stale after 8 days', () => {
    const at = (age: number) =>
      judged({ intactAt: now - age, provenAt: now }, { maxAgeMs: maxAges(scheduleOf({ kind: 'staging' })) })
        .health
    expect([at(8 * 24 * hour), at(8 * 24 * hour + 1)]).toEqual(['protected', 'at-risk'])
  })

  test('that failed is told in its own words, and asks for attention, since the one before still stands', () => {
    const { health, alerts } = judged({ failure })
    expect(health).toBe('attention')
    expect(alerts).toMatchObject([{ code: 'DISK_FULL', text: failure.text, state: 'open' }])
  })

  test('that is late says what it waits for, unless that is a failure or a pause, which speak for themselves', () => {
    const told = (reason: SlotReason | null) =>
      judged({}, { late: { at: now - 2 * hour, reason } }).alerts.map(({ text }) => text)
    expect(told('server')).toEqual(['The backup of 2 h ago is late: the till database does not answer.'])
    expect(told('trading')).toEqual(['The backup of 2 h ago is late: it waits for the end of trading hours.'])
    expect(told('changed')).toEqual(['The backup of 2 h ago is late: it was put off.'])
    expect([told('failed'), told('paused')]).toEqual([[], []])
  })

  test('of each database counts, not only of the first', () => {
    const databases = [good, { ...good, name: 'stock', newestBadSince: now - hour }]
    const { health, alerts } = judge({ ...calm, databases })
    expect(health).toBe('at-risk')
    expect(codes(alerts)).toEqual(['BACKUP_CORRUPT'])
    expect(alerts[0]?.text).toContain('“stock”')
  })
})
