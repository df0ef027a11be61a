import type { WebhookShape } from '../../../shared/alert-model.ts'
import { isUrgent, paragraphsOf, titleOf, type Item, type Message } from './message-rules.ts'

/** What is sent where: always a POST of JSON. */
export interface WebhookRequest {
  readonly url: string
  readonly body: unknown
}

/** The message as that kind of service takes it. `url` is the address as the service showed it. */
export function webhookRequest(shape: WebhookShape, url: string, message: Message): WebhookRequest {
  switch (shape) {
    case 'slack':
      return { url, body: { text: slackEscaped(wholeText(message, 3500)) } }
    case 'teams':
      return { url, body: teamsCard(message) }
    case 'discord':
      // A message of 2000 characters at most, and nothing in it may ring everybody.
      return { url, body: { content: wholeText(message, 1900), allowed_mentions: { parse: [] } } }
    case 'ntfy':
      return ntfyRequest(url, message)
    case 'generic':
      return { url, body: genericBody(message) }
  }
  return shape satisfies never
}

/** Stable names for scripts: times ISO 8601 UTC. */
function genericBody(message: Message): unknown {
  const { site, sentAt, isTest, open, solved } = message
  return {
    program: 'larder',
    site,
    sentAt,
    test: isTest,
    title: titleOf(message),
    open: open.map(genericItem),
    solved: solved.map(genericItem),
  }
}

const genericItem = ({ id, code, subject, level, text, since }: Item) => ({
  id,
  code,
  subject: subject === '' ? null : subject,
  level,
  since,
  text,
})

/** A card, which Power Automate and the older connectors of Teams both take: 28 KB at most. */
const teamsCard = (message: Message): unknown => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        body: [
          { type: 'TextBlock', text: cut(titleOf(message), 300), weight: 'bolder', wrap: true },
          ...paragraphsOf(message)
            .slice(0, 10)
            .map((text) => ({ type: 'TextBlock', text: cut(text, 500), wrap: true })),
        ],
      },
    },
  ],
})

/**
 * ntfy takes JSON at its root only, with the topic in it (docs.ntfy.sh/publish, "Publish as JSON"), and makes a file of
 * a message of more than 4096 bytes.
 */
function ntfyRequest(url: string, message: Message): WebhookRequest {
  const at = url.lastIndexOf('/')
  return {
    url: url.slice(0, at + 1),
    body: {
      topic: url.slice(at + 1),
      title: cut(titleOf(message), 200),
      message: cut(paragraphsOf(message).join('\n\n'), 1000),
      priority: isUrgent(message) ? 5 : 3,
      tags: [message.open.length > 0 ? 'warning' : 'heavy_check_mark'],
    },
  }
}

const wholeText = (message: Message, limit: number): string =>
  cut([titleOf(message), ...paragraphsOf(message)].join('\n\n'), limit)

/** Slack reads these three as markup (docs.slack.dev, "Formatting message text"). */
const slackEscaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** By characters, not by halves of them. */
function cut(text: string, limit: number): string {
  const characters = Array.from(text)
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`
}
