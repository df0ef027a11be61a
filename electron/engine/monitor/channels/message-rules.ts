import type { AlertLevel } from '../../../shared/alert-model.ts'
import { alertTexts, nextStep } from '../../../shared/texts-alerts.ts'

/** One alert as it is told. */
export interface Item {
  readonly id: string
  readonly code: string
  readonly subject: string
  readonly level: AlertLevel
  readonly text: string
  /** ISO 8601 UTC. */
  readonly since: string
  /** `15:30 today`, in the words of the site. */
  readonly sinceWords: string
}

/** What is told on one channel at one time. */
export interface Message {
  readonly site: string
  readonly sentAt: string
  /** Nothing is wrong; somebody wants to see whether it arrives. */
  readonly isTest: boolean
  readonly open: readonly Item[]
  readonly solved: readonly Item[]
}

/** One line: what it is about. Control characters go, because a subject must stay one header. */
export const titleOf = ({ site, isTest, open: [first, ...more] }: Message): string => {
  if (isTest) return oneLine(alertTexts.testSubject(site))
  return oneLine(
    first === undefined
      ? alertTexts.solvedSubject(site)
      : alertTexts.subject(site, 1 + more.length, first.text),
  )
}

/** What happened, since when, and what to do: a paragraph for each alert. */
export const paragraphsOf = ({ isTest, open, solved }: Message): string[] =>
  isTest
    ? [alertTexts.test]
    : [
        ...worstFirst(open).map(openParagraph),
        ...solved.map(({ text }) => `${alertTexts.solved}: ${oneLine(text)}`),
      ]

const openParagraph = ({ id, code, text, sinceWords }: Item): string =>
  [oneLine(text), `${alertTexts.next}: ${nextStep(code)}`, `${alertTexts.since} ${sinceWords}. [${id}]`].join(
    '\n',
  )

const weights: Readonly<Record<AlertLevel, number>> = { 'at-risk': 0, attention: 1, paused: 2, notice: 3 }

const worstFirst = (items: readonly Item[]): Item[] =>
  items.toSorted((a, b) => weights[a.level] - weights[b.level])

/** A database may be named anything, also with line ends in it. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()

export const isUrgent = ({ open }: Message): boolean => open.some(({ level }) => level === 'at-risk')
