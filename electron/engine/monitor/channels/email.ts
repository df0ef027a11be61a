import { createTransport } from 'nodemailer'
import type { EmailSettings } from '../../../shared/alert-model.ts'
import { alertTexts } from '../../../shared/texts-alerts.ts'
import type { Secret } from '../../secret.ts'
import { paragraphsOf, titleOf, type Message } from './message-rules.ts'

/**
 * Mails a message, as plain text. A server that was asked for encryption and does not offer it, or whose certificate is
 * not right, gets nothing. Throws an Error whose message is fit for a person.
 */
export async function sendMail(
  { host, port, security, user, from, to }: EmailSettings,
  password: Secret | undefined,
  message: Message,
  limitMs: number,
): Promise<void> {
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password?.reveal() ?? '' } }),
    dnsTimeout: limitMs,
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const mail = {
    from: { name: 'Larder', address: from },
    to: [...to],
    subject: titleOf(message),
    text: [...paragraphsOf(message), alertTexts.closing].join('\n\n'),
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
  // A server that says a word now and then would never be silent for long enough: the whole has one limit.
  const limit = timeLimit(limitMs)
  try {
    const { rejected } = await Promise.race([transport.sendMail(mail), limit.passed])
    if (rejected.length > 0) throw new Error(`the mail server did not take it for ${rejected.join(', ')}`)
  } finally {
    limit.clear()
    transport.close()
  }
}

function timeLimit(limitMs: number): { readonly passed: Promise<never>; clear(): void } {
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs)
  })
  return { passed, clear: () => clearTimeout(timer) }
}
