import { sign, verify } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { execa } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'
import { sealed } from '../../electron/engine/backup/age.ts'
import {
  endingHash,
  makeIdentity,
  makeSigningKey,
  publicHalf,
  recipientOf,
  recoveryKeyFile,
  signingKey,
  verifyingKey,
} from '../../electron/engine/keys.ts'
import { Secret } from '../../electron/engine/secret.ts'
import { collect, streamOf } from '../support/streams.ts'
import { tempFolder } from '../support/temp-folder.ts'

const folder = tempFolder()
afterAll(() => folder[Symbol.dispose]())
const identity = await makeIdentity()

describe('a recovery key', () => {
  test('is one that age understands, with the recipient that age would name', async () => {
    const file = join(folder.path, 'key.txt')
    writeFileSync(file, recoveryKeyFile(identity, 'Trattoria\n# da "Pina"', '3 Nov 2026'), { mode: 0o600 })
    const { stdout } = await execa('age-keygen', ['-y', file])
    expect(stdout).toBe(identity.recipient)
    expect(await recipientOf(identity.secret)).toBe(identity.recipient)
  })

  test('opens a backup straight from the file that people print', async () => {
    const file = join(folder.path, 'key.txt')
    writeFileSync(file, recoveryKeyFile(identity, 'Trattoria', '3 Nov 2026'), { mode: 0o600 })
    const closed = await collect(sealed(streamOf([Buffer.from('receipts')]), [identity.recipient]))
    expect((await execa('age', ['-d', '-i', file], { input: closed })).stdout).toBe('receipts')
  })

  test('is recognised by its last eight characters, however they are typed', () => {
    const key = identity.secret.reveal()
    const ending = key.slice(-8)
    const typed = [key, ending, ending.toLowerCase(), ` ${ending.slice(0, 4)} - ${ending.slice(4)} `]
    expect(new Set(typed.map(endingHash)).size).toBe(1)
    expect(endingHash(ending)).not.toContain(ending)
    expect(() => endingHash(ending.slice(1))).toThrow(expect.objectContaining({ code: 'KEY_TYPO' }))
    expect(endingHash(`${ending.slice(0, 7)}${ending.endsWith('Q') ? 'P' : 'Q'}`)).not.toBe(
      endingHash(ending),
    )
  })

  test('with a mistake in it is none', async () => {
    const key = identity.secret.reveal()
    const mistyped = key.slice(0, 30) + (key.charAt(30) === 'Q' ? 'P' : 'Q') + key.slice(31)
    expect(await recipientOf(new Secret(mistyped))).toBeUndefined()
  })

  test('is another one every time', async () => {
    expect((await makeIdentity()).recipient).not.toBe(identity.recipient)
  })
})

test('a signing key comes back from its text, and its public half proves what it signed', () => {
  const { secret, publicKey } = makeSigningKey()
  const signature = sign(null, Buffer.from('manifest'), signingKey(secret))
  expect(verify(null, Buffer.from('manifest'), verifyingKey(publicKey), signature)).toBe(true)
  expect(verify(null, Buffer.from('manifesT'), verifyingKey(publicKey), signature)).toBe(false)
  expect(publicHalf(signingKey(secret))).toBe(publicKey)
})

test('a secret shows only to who asks for it', () => {
  const secret = new Secret('canary')
  const seen = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true, depth: 9 }),
  ]
  for (const text of seen) expect(text).not.toContain('canary')
  expect(secret.reveal()).toBe('canary')
})
