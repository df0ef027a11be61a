const shownCharacters = 200

/**
 * Sends one request and wants a 2xx answer within the limit, redirects not followed. Throws an Error whose message is
 * fit for a person and never holds the address, which is a secret.
 */
export async function post(
  url: string,
  body: { readonly json: unknown } | { readonly text: string },
  limitMs: number,
): Promise<void> {
  const isJson = 'json' in body
  const signal = AbortSignal.timeout(limitMs)
  const text = await answerOf(url, {
    method: 'POST',
    body: isJson ? JSON.stringify(body.json) : body.text,
    headers: { 'content-type': isJson ? 'application/json' : 'text/plain', 'user-agent': 'larder' },
    redirect: 'manual',
    signal,
  }).catch((error: unknown) => {
    throw new Error(signal.aborted ? `no answer within ${limitMs / 1000} s` : reasonOf(error, url), {
      cause: error,
    })
  })
  if (text.startsWith('OK (not found)')) throw new Error('the service does not know this check')
}

/** The healthchecks service says 200 also to an address that it does not know; only the text tells. */
async function answerOf(url: string, request: RequestInit): Promise<string> {
  const answer = await fetch(url, request)
  const text = await firstCharacters(answer)
  if (!answer.ok) throw new Error(`the service answered ${answer.status} ${text}`.trim())
  return text
}

/** An answer without end must not fill the memory. */
async function firstCharacters({ body }: Response): Promise<string> {
  if (body === null) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true })
    if (text.length >= shownCharacters) break
  }
  await reader.cancel()
  return text.slice(0, shownCharacters)
}

/** `fetch failed` alone says nothing: its cause does. */
function reasonOf(error: unknown, url: string): string {
  if (!(error instanceof Error)) return 'it did not work'
  const { cause } = error
  const told = cause instanceof Error && cause.message !== '' ? cause.message : error.message
  return told.replaceAll(url, '[address]')
}
