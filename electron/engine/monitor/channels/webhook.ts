import type { WebhookSettings } from '../../../shared/alert-model.ts'
import type { Secret } from '../../secret.ts'
import type { Message } from './message-rules.ts'
import { post } from './post.ts'
import { webhookRequest } from './webhook-rules.ts'

/** Posts a message to a chat or to somebody's own program. Throws an Error that names no address. */
export async function sendToWebhook(
  { shape }: WebhookSettings,
  address: Secret,
  message: Message,
  limitMs: number,
): Promise<void> {
  const { url, body } = webhookRequest(shape, address.reveal(), message)
  await post(url, { json: body }, limitMs)
}
