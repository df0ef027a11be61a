import { assert, nat, property, integer } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readManifest, writeManifest } from '../../../electron/engine/backup/manifest.ts'
import { makeSigningKey, signingKey, verifyingKey } from '../../../electron/engine/keys.ts'
import { sampleManifest } from '../../support/sample-manifest.ts'

const made = makeSigningKey()
const [key, publicKey] = [signingKey(made.secret), verifyingKey(made.publicKey)]
const manifest = sampleManifest({ id: '0123456789', takenAt: Date.UTC(2026, 10, 3, 2, 30) })
const text = writeManifest(manifest, key)
const refused = (changed: string): void =>
  expect(() => readManifest(changed, publicKey), changed).toThrow(
    expect.objectContaining({ code: 'SIGNATURE_BAD' }),
  )

describe('a manifest', () => {
  test('says what was written, as JSON that people can read', () => {
    expect(readManifest(text, publicKey)).toEqual(manifest)
    expect(JSON.parse(text)).toMatchObject({ format: 'larder-manifest', version: 1, id: '0123456789' })
    expect(text).toMatch(/^\{\n {2}"format"/)
  })

  test('with any byte changed is refused', () => {
    const bytes = Buffer.from(text, 'latin1')
    assert(
      property(nat(bytes.length - 1), integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(bytes)
        damaged.writeUInt8(damaged.readUInt8(at) ^ change, at)
        refused(damaged.toString('latin1'))
      }),
      { numRuns: 1000 },
    )
  })

  test('with anything taken out or put in is refused', () => {
    assert(
      property(nat(text.length - 1), integer({ min: 1, max: 50 }), (at, length) => {
        refused(text.slice(0, at) + text.slice(at + length))
        refused(`${text.slice(0, at)} ${text.slice(at)}`)
      }),
    )
    refused(`${text}\n`)
    refused('')
    refused('null')
    refused(text.replace('{', '{"__proto__": {"a": 1},'))
    refused(text.replace('"id"', '"id": "another", "id"'))
  })

  test('that says the same in other words is refused: only one text was signed', () => {
    refused(JSON.stringify(JSON.parse(text)))
    refused(text.replaceAll('\n', '\r\n'))
    // Base64 has bits to spare in its last letter.
    const { signature } = JSON.parse(text) as { signature: string }
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const last = letters.indexOf(signature.charAt(85))
    const spared = signature.slice(0, 85) + letters.charAt(last + 1) + signature.slice(86)
    expect(Buffer.from(spared, 'base64').equals(Buffer.from(signature, 'base64'))).toBe(true)
    refused(text.replace(signature, spared))
  })

  test('of another site is refused', () => {
    refused(writeManifest(manifest, signingKey(makeSigningKey().secret)))
  })

  test('is not written when it does not fit its form', () => {
    expect(() => writeManifest({ ...manifest, id: '' }, key)).toThrow('id')
  })
})
