/** PostgreSQL cuts names after 63 bytes of UTF-8 without an error (NAMEDATALEN − 1). */
const longestName = 63
const encoder = new TextEncoder()
const bytesOf = (text: string): number => encoder.encode(text).length

/** What Larder makes beside a database: the copy that is to take its place, or what was swapped out and is kept. */
type Role = 'new' | 'kept'

/** A name that no till would choose, that tells whose it is, and that the same restore always gives. */
export function besideName(database: string, role: Role, restoreId: string): string {
  const ending = `_larder_${role}_${restoreId.replaceAll('-', '').slice(0, 8)}`
  let start = ''
  for (const character of database) {
    if (bytesOf(start + character + ending) > longestName) break
    start += character
  }
  return start + ending
}

/** Databases of Larder's own making: no plan covers them. */
export const isOurs = (name: string): boolean =>
  /_larder_(?:new|kept)_[0-9a-f]{8}$/.test(name) || name.startsWith('larder_proof_')

/** What is wrong with a name for a new database, in words that end a sentence; null: nothing. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'it is empty'
  if (bytesOf(name) > longestName) return `it is longer than ${longestName} bytes`
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001F]/.test(name)) return 'it holds control characters'
  return null
}
