import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { assert, asyncProperty, nat } from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { opened, sealed } from '../../../electron/engine/backup/age.ts'
import { makeIdentity, type Identity } from '../../../electron/engine/keys.ts'
import { Secret } from '../../../electron/engine/secret.ts'
import { collect, cut, faultOf, someBytes, somePlaces, streamOf } from '../../support/streams.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const folder = tempFolder()
afterAll(() => folder[Symbol.dispose]())
const [recovery, site, stranger] = [await makeIdentity(), await makeIdentity(), await makeIdentity()]
const recipients = [recovery.recipient, site.recipient]

const seal = (bytes: Uint8Array): Promise<Buffer> => collect(sealed(streamOf([bytes]), recipients))
const open = (bytes: Uint8Array, { secret }: Identity): AsyncIterable<Uint8Array> =>
  opened(streamOf([bytes]), secret)

const asBytes = { encoding: 'buffer', stripFinalNewline: false } as const

/** Debian's age with the key in a file, as a technician uses it. */
async function ageOpens(bytes: Uint8Array, { secret }: Identity) {
  const keyFile = join(folder.path, 'key')
  writeFileSync(keyFile, secret.reveal(), { mode: 0o600 })
  return execa('age', ['-d', '-i', keyFile], { ...asBytes, input: bytes, reject: false })
}

describe('sealed bytes', () => {
  test('come back the same for both keys, however they are cut', async () => {
    await assert(
      asyncProperty(someBytes, somePlaces, somePlaces, async (bytes, before, after) => {
        const closed = await collect(sealed(streamOf(cut(bytes, before)), recipients))
        for (const { secret } of [recovery, site]) {
          const back = await collect(opened(streamOf(cut(closed, after)), secret))
          expect(back.equals(bytes)).toBe(true)
        }
      }),
      { numRuns: 15 },
    )
  })

  // The age format works in pieces of 64 KiB, and the last one may be full but not empty.
  test.each([0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_000])(
    'of length %i are opened by age, and what age sealed is opened here',
    async (length) => {
      const bytes = randomBytes(length)
      for (const identity of [recovery, site]) {
        const { stdout, exitCode } = await ageOpens(await seal(bytes), identity)
        expect(exitCode).toBe(0)
        expect(Buffer.from(stdout).equals(bytes)).toBe(true)
      }
      const args = recipients.flatMap((recipient) => ['-r', recipient])
      const { stdout: theirs } = await execa('age', args, { ...asBytes, input: bytes })
      expect((await collect(open(theirs, site))).equals(bytes)).toBe(true)
    },
  )

  test('stay shut for every other key', async () => {
    const closed = await seal(Buffer.from('receipts'))
    expect(await faultOf(open(closed, stranger))).toBe('KEY_WRONG')
    expect((await ageOpens(closed, stranger)).exitCode).not.toBe(0)
  })

  test('never look the same twice', async () => {
    const bytes = Buffer.alloc(1000)
    const [one, other] = [await seal(bytes), await seal(bytes)]
    expect(one.subarray(-1016).equals(other.subarray(-1016))).toBe(false)
  })

  test('are noticed when any one bit is changed', async () => {
    const closed = await seal(randomBytes(150_000))
    await assert(
      asyncProperty(nat(closed.length * 8 - 1), async (bit) => {
        const damaged = Buffer.from(closed)
        damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        expect(await faultOf(open(damaged, site)), `bit ${bit}`).toMatch(/^(?:BACKUP_CORRUPT|KEY_WRONG)$/)
      }),
      { numRuns: 150 },
    )
  })

  test('are noticed when they are cut off anywhere, also where a piece ends', async () => {
    const closed = await seal(randomBytes(3 * 65_536))
    const pieceEnds = [1, 2].map((pieces) => closed.length - pieces * (65_536 + 16))
    const anywhere = Array.from({ length: 20 }, (_, index) => Math.floor((closed.length * index) / 20))
    for (const left of [...pieceEnds, ...anywhere, closed.length - 1]) {
      expect(await faultOf(open(closed.subarray(0, left), site)), `${left} left`).toBe('BACKUP_CORRUPT')
    }
  })

  test('are noticed when something follows them', async () => {
    const closed = Buffer.concat([await seal(randomBytes(70_000)), Buffer.from('more')])
    expect(await faultOf(open(closed, site))).toBe('BACKUP_CORRUPT')
  })

  test.each([
    ['nothing', ''],
    ['text', 'SELECT 1;'],
    ['a header without an end', `age-encryption.org/v1\n${'-> X25519 AAAA\n'.repeat(9000)}`],
  ])('are not what %s is', async (_what, text) => {
    expect(await faultOf(open(Buffer.from(text), site))).toBe('BACKUP_CORRUPT')
  })

  test('that cannot be read are not called corrupt', async () => {
    // oxlint-disable-next-line require-yield
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' })
    }
    expect(await faultOf(opened(broken(), site.secret))).toBe('EIO')
  })

  test('do not tell the key when it is not one', async () => {
    const typo = new Secret(site.secret.reveal().replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q')))
    const error = await collect(opened(streamOf([await seal(Buffer.from('x'))]), typo)).catch(
      (e: unknown) => e,
    )
    expect(String(error) + JSON.stringify(error)).not.toContain(typo.reveal())
  })
})
