import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SetupError } from './shell.mjs'

/** Throws a SetupError unless the file has the expected digest, written as in a lock file: "sha512-<base64>". */
export async function verifyIntegrity(file, expected) {
  const [algorithm] = expected.split('-', 1)
  const hash = createHash(algorithm)
  await pipeline(createReadStream(file), hash)
  const found = `${algorithm}-${hash.digest('base64')}`
  if (found !== expected) {
    throw new SetupError(
      `${basename(file)} is not the expected file.\n  expected ${expected}\n  found    ${found}`,
    )
  }
}
