/** What a secret looks like when it got into a text by accident, and what stands there instead. */
const secrets: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+/gi, '[secret]'],
  // A password typed into an address as it is may hold any character; the last @ ends it.
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):\S*@/gi, '$1:[secret]@'],
  [/(pass(?:word|wd|phrase)?["']?\s*[=:]\s*)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s&]+)/gi, '$1[secret]'],
  // SQL: CREATE ROLE … PASSWORD '…'
  [/(\bpassword\s+)'(?:[^']|'')*'/gi, '$1[secret]'],
  [/SCRAM-SHA-256\$\S+/g, '[secret]'],
]

/** Takes out whatever looks like a secret. The last net: nothing secret should come here at all (INV-26). */
export const redact = (text: string): string =>
  secrets.reduce((rest, [pattern, instead]) => rest.replaceAll(pattern, instead), text)
