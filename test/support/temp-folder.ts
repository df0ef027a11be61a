import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type TempFolder = Disposable & { readonly path: string }

/** A new empty folder for one test: `using folder = tempFolder()` removes it with all its contents. */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'larder-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) }
}
