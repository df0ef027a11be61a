/** How often a PIN was tried without success, and when last. Milliseconds since 1970. */
export interface Tries {
  readonly failures: number
  readonly lastAt: number
}

const fewestCharacters = 6

/** Whether a PIN is among the first that anybody would try: short, all the same, in a row, or such a piece repeated. */
export function isWeak(pin: string): boolean {
  const characters = Array.from(pin)
  if (characters.length < fewestCharacters) return true
  return repeatedPieces(characters).some((piece) => isInARow(piece))
}

/** The PIN itself, and whatever shorter piece it repeats: `123123` is `123` twice. */
function repeatedPieces(characters: readonly string[]): string[][] {
  const lengths = characters.map((_, at) => at + 1).filter((length) => characters.length % length === 0)
  return lengths
    .filter((length) => characters.every((one, at) => one === characters[at % length]))
    .map((length) => characters.slice(0, length))
}

function isInARow(characters: readonly string[]): boolean {
  const steps = characters.slice(1).map((one, at) => stepBetween(characters[at] ?? '', one))
  return [0, 1, -1].some((step) => steps.every((each) => each === step))
}

/** On a keypad 0 comes after 9 as well as before 1. */
function stepBetween(from: string, to: string): number {
  if (from === '9' && to === '0') return 1
  if (from === '0' && to === '9') return -1
  return (to.codePointAt(0) ?? 0) - (from.codePointAt(0) ?? 0)
}

const freeTries = 5
const firstWaitMs = 30_000
const longestWaitMs = 3_600_000

/** How long after so many wrong tries the next one is looked at: five are free, then 30 s, doubling up to an hour. */
export const waitAfter = (failures: number): number =>
  failures < freeTries ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - freeTries))

/** What is left of that wait, between 0 and all of it, whatever the clock says. */
export function waitLeft(tries: Tries, now: number): number {
  const wait = waitAfter(tries.failures)
  return Math.min(wait, Math.max(0, wait - (now - tries.lastAt)))
}

/**
 * The tries as the clock shows now. After it was set back the wait begins anew, once: it is not shorter than it was,
 * and does not last until the clock has come back to where it stood.
 */
export const steadied = (tries: Tries, now: number): Tries =>
  tries.lastAt > now ? { failures: tries.failures, lastAt: now } : tries

/** `a moment`, `30 seconds`, `4 minutes`, `1 hour`; never less than it is. */
export function waitInWords(ms: number): string {
  if (ms <= 0) return 'a moment'
  if (ms > 3_540_000) return counted(Math.ceil(ms / 3_600_000), 'hour')
  return ms > 59_000 ? counted(Math.ceil(ms / 60_000), 'minute') : counted(Math.ceil(ms / 1000), 'second')
}

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`
