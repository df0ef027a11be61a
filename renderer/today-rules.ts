import type { Output } from '../electron/shared/ipc.ts'

/** What Today says elsewhere: in the sentence itself, or as the thing to do. */
const toldElsewhere = new Set(['NOT_PROVEN', 'KEY_UNCONFIRMED', 'NO_BACKUP'])

/** The open conditions behind the verdict that nothing else on Today shows, each as a sentence. */
export function otherReasons({
  status,
  failures,
}: Pick<Output<'today'>, 'status' | 'failures'>): readonly string[] {
  const failed = new Set<string | undefined>(failures.map(({ fault }) => fault?.code))
  return status.alerts
    .filter(({ code, state }) => state === 'open' && !toldElsewhere.has(code) && !failed.has(code))
    .map(({ text }) => text)
    .filter((text) => !status.sentence.includes(text))
}
