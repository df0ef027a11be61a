import { array, assert, boolean, constantFrom, property, record, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Item, Message } from '../../../electron/engine/monitor/channels/message-rules.ts'
import { titleOf } from '../../../electron/engine/monitor/channels/message-rules.ts'
import { webhookRequest } from '../../../electron/engine/monitor/channels/webhook-rules.ts'
import { WebhookShape } from '../../../electron/shared/alert-model.ts'

const item: Item = {
  id: 'a1b2c3',
  code: 'BACKUP_STALE',
  subject: 'pos',
  level: 'at-risk',
  text: 'No good backup of “pos” since 15:30 <yesterday> & before.',
  since: '2026-11-03T14:00:00.000Z',
  sinceWords: '15:30 today',
}
const message: Message = {
  site: 'Trattoria',
  sentAt: '2026-11-03T15:00:00.000Z',
  isTest: false,
  open: [item],
  solved: [],
}
const url = 'https://hooks.example.com/services/T0/abc'

const anyText = string({ unit: 'binary', maxLength: 3000 })
const anyItem = record({
  id: string(),
  code: constantFrom('BACKUP_STALE', 'DB_AUTH', 'SOMETHING_NEW'),
  subject: anyText,
  level: constantFrom('at-risk' as const, 'attention' as const),
  text: anyText,
  since: string(),
  sinceWords: string(),
})
const anyMessage = record({
  site: anyText,
  sentAt: string(),
  isTest: boolean(),
  open: array(anyItem, { maxLength: 30 }),
  solved: array(anyItem, { maxLength: 30 }),
})

describe('a message', () => {
  test('has stable names for scripts', () => {
    expect(webhookRequest('generic', url, message)).toEqual({
      url,
      body: {
        program: 'larder',
        site: 'Trattoria',
        sentAt: '2026-11-03T15:00:00.000Z',
        test: false,
        title: `Trattoria: ${item.text}`,
        open: [
          {
            id: 'a1b2c3',
            code: 'BACKUP_STALE',
            subject: 'pos',
            level: 'at-risk',
            since: '2026-11-03T14:00:00.000Z',
            text: item.text,
          },
        ],
        solved: [],
      },
    })
  })

  test('is escaped for Slack, rings nobody on Discord, and goes to the root of ntfy with its topic', () => {
    const { body: slack } = webhookRequest('slack', url, message)
    expect(slack).toMatchObject({ text: expect.stringContaining('&lt;yesterday&gt; &amp; before') })
    const { body: discord } = webhookRequest('discord', url, message)
    expect(discord).toMatchObject({ allowed_mentions: { parse: [] } })
    const ntfy = webhookRequest('ntfy', 'https://ntfy.sh/pina-backups', message)
    expect(ntfy).toMatchObject({ url: 'https://ntfy.sh/', body: { topic: 'pina-backups', priority: 5 } })
    const { body: teams } = webhookRequest('teams', url, message)
    expect(JSON.stringify(teams)).toContain('"type":"AdaptiveCard"')
  })

  test('has a title of one line, whatever a database is named', () => {
    assert(
      property(anyMessage, (one) => {
        expect(titleOf(one)).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      }),
    )
  })

  test('keeps to the size that each service takes', () => {
    const limits = { generic: Infinity, slack: 40_000, teams: 28_000, discord: 2000, ntfy: 4096 }
    assert(
      property(anyMessage, constantFrom(...WebhookShape.options), (one, shape) => {
        const { body } = webhookRequest(shape, url, one)
        const words = shape === 'discord' ? (body as { content: string }).content : JSON.stringify(body)
        const size = shape === 'ntfy' ? (body as { message: string }).message : words
        const counted =
          shape === 'teams' || shape === 'ntfy' ? Buffer.byteLength(size) : Array.from(size).length
        expect(counted).toBeLessThanOrEqual(limits[shape])
        expect(JSON.parse(JSON.stringify(body))).toBeDefined()
      }),
      { numRuns: 50 },
    )
  })
})
