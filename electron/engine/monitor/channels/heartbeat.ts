import type { Secret } from '../../secret.ts'
import { post } from './post.ts'

export type Ping = 'start' | 'success' | 'fail'

/**
 * Tells a monitor outside of this PC how it goes, in the manner of healthchecks.io: the address alone is a success,
 * `/start` and `/fail` the rest. `text` must hold no secret. Throws an Error that names no address.
 */
export async function sendPing(address: Secret, ping: Ping, text: string, limitMs: number): Promise<void> {
  await post(pingUrl(address.reveal(), ping), { text }, limitMs)
}

/** What follows a question mark stays behind the path. */
function pingUrl(base: string, ping: Ping): string {
  const url = new URL(base)
  if (ping !== 'success') url.pathname = `${url.pathname.replace(/\/+$/, '')}/${ping}`
  return url.href
}
