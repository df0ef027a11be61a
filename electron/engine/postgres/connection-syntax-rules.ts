/** Names and values as they were written, or a sentence on why they cannot be read; it repeats nothing. */
export type Parsed = { readonly parameters: ReadonlyMap<string, string> } | { readonly problem: string }

const encodingHint =
  'In a URL, special characters of a password are percent-encoded: / is %2F, ? is %3F, % is %25.'

/** What follows `postgresql://`: `[user[:password]@][host[:port]][/database][?name=value&…]`. */
export function parseUrl(rest: string): Parsed {
  const [, authority = '', database = '', query = ''] =
    /^([^/?]*)(?:\/([^?]*))?(?:\?([^]*))?$/.exec(rest) ?? []
  // A bare @ belongs to no host name, so the last one ends the password. libpq would cut at the first.
  const at = authority.lastIndexOf('@')
  const [, user = '', password = ''] = /^([^:]*):?([^]*)$/.exec(authority.slice(0, Math.max(at, 0))) ?? []
  const place = authority.slice(at + 1)
  const split = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*(?:,\d*)*))?$/.exec(place)
  if (!split && !place.includes(','))
    return { problem: `The host and the port cannot be read. ${encodingHint}` }
  const [, address, name, port = ''] = split ?? [undefined, undefined, place]
  const written: (readonly [string, string])[] = [
    ['user', user],
    ['password', password],
    ['host', address ?? name ?? ''],
    ['port', port],
    ['dbname', database],
    ...query.split('&').map((pair) => halves(pair)),
  ]
  const decoded = written.map(([key, value]) => [decode(key), decode(value)] as const)
  if (decoded.flat().includes(undefined)) return { problem: `A % stands where none may. ${encodingHint}` }
  return { parameters: collect(decoded.map(([key = '', value = '']) => [key, value])) }
}

/** `name=value name='value with spaces'`, where a backslash takes the next character as it is. */
export function parseKeywords(text: string): Parsed {
  const pair = /\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\[^])*)'|((?!')(?:[^\s\\]|\\[^])*))(?=\s|$)/y
  const found: (readonly [string, string])[] = []
  const end = text.trimEnd().length
  while (pair.lastIndex < end) {
    const [, key = '', quoted, bare = ''] = pair.exec(text) ?? []
    if (key === '') return { problem: 'This is neither a postgresql:// URL nor a line of name=value pairs.' }
    found.push([key, (quoted ?? bare).replaceAll(/\\([^])/g, '$1')])
  }
  return { parameters: collect(found) }
}

function halves(pair: string): readonly [string, string] {
  const [, key = '', value = ''] = /^([^=]*)=?([^]*)$/.exec(pair) ?? []
  return [key, value]
}

/** Undefined when an escape is broken. A plus sign is a plus sign: this is no form of a web page. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** As in libpq, the last of several wins and an empty value is none. */
const collect = (pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> =>
  new Map(pairs.filter(([key, value]) => key !== '' && value !== ''))
