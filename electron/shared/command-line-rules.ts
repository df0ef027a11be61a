/**
 * The program and its arguments in one typed line; null when a quote is not closed or nothing is there. Spaces part
 * the words, single and double quotes hold them together, and every other character stands for itself: a backslash
 * too, because it parts the folders of a Windows path.
 */
export function splitCommand(line: string): readonly string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote: string | null = null
  for (const character of line) {
    if (quote !== null) {
      if (character === quote) quote = null
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      // An empty pair of quotes is an empty word.
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + character
  }
  if (quote !== null) return null
  if (word !== null) words.push(word)
  // A program without a name starts nothing.
  return words[0] === undefined || words[0] === '' ? null : words
}
