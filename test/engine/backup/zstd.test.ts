import { randomBytes } from 'node:crypto'
import { execa } from 'execa'
import { assert, asyncProperty, nat } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compressed, decompressed } from '../../../electron/engine/backup/zstd.ts'
import { collect, cut, faultOf, someBytes, somePlaces, streamOf } from '../../support/streams.ts'

const block = 1024 * 1024
const stored = (bytes: Uint8Array): Promise<Buffer> => collect(compressed(streamOf([bytes])))
const stock = (args: readonly string[], input: Uint8Array) =>
  execa('zstd', args, { input, encoding: 'buffer', reject: false, stripFinalNewline: false })

describe('compressed bytes', () => {
  test('come back the same, however many they are and however they are cut', async () => {
    await assert(
      asyncProperty(someBytes, somePlaces, somePlaces, async (bytes, before, after) => {
        const packed = await collect(compressed(streamOf(cut(bytes, before))))
        const back = await collect(decompressed(streamOf(cut(packed, after))))
        expect(back.equals(bytes)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test.each([1, block - 1, block, block + 1, 3 * block])(
    'of length %i are read by stock zstd, checksums and all',
    async (length) => {
      for (const bytes of [Buffer.alloc(length, 'soup '), randomBytes(length)]) {
        const packed = await stored(bytes)
        expect(await stock(['--test'], packed)).toMatchObject({ exitCode: 0 })
        const { stdout } = await stock(['-dc'], packed)
        expect(Buffer.from(stdout).equals(bytes)).toBe(true)
      }
    },
  )

  test('carry a checksum in every frame', async () => {
    const packed = await stored(Buffer.alloc(3 * block + 5, 'soup '))
    const { stdout } = await execa(
      'bash',
      ['-c', 'cat > "$0.zst" && zstd -lv "$0.zst"; rm "$0.zst"', `/tmp/larder-zstd-${process.pid}`],
      { input: packed },
    )
    expect(stdout).toMatch(/# Zstandard Frames: 4/)
    expect(stdout).toMatch(/Check: XXH64/)
  })

  test('never turn into others when any one bit is changed, neither here nor in stock zstd', async () => {
    const bytes = Buffer.concat([randomBytes(700), Buffer.alloc(block, 'a till receipt\n')])
    const packed = await stored(bytes)
    let noticed = 0
    // A property that returns anything but nothing is judged by it.
    const unlessNoticed = (found: Uint8Array): void => {
      expect(Buffer.from(found).equals(bytes)).toBe(true)
    }
    await assert(
      asyncProperty(nat(packed.length * 8 - 1), async (bit) => {
        const damaged = Buffer.from(packed)
        damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        const found = await collect(decompressed(streamOf([damaged]))).catch((error: unknown) => error)
        if (found instanceof Buffer) return unlessNoticed(found)
        noticed += 1
        expect(found).toMatchObject({ code: 'BACKUP_CORRUPT' })
        if (bit % 8 !== 0) return
        const { exitCode, stdout } = await stock(['-dc'], damaged)
        if (exitCode === 0) unlessNoticed(stdout)
      }),
      { numRuns: 200 },
    )
    // A bit that says how much memory to use changes nothing; there are few of those.
    expect(noticed).toBeGreaterThan(180)
  })

  test('are noticed when they are cut off anywhere but between two frames', async () => {
    const packed = await stored(Buffer.alloc(100_000, 'soup '))
    await assert(
      asyncProperty(nat(packed.length - 2), async (left) => {
        expect(await faultOf(decompressed(streamOf([packed.subarray(0, left + 1)])))).toBe('BACKUP_CORRUPT')
      }),
    )
  })

  test('are refused when somebody else compressed them in another way', async () => {
    for (const args of [
      ['-c'],
      ['-c', '--no-check'],
      ['-c', '--format=gzip'],
      ['-c', '--ultra', '-22', '--long=27'],
    ]) {
      const { stdout } = await stock(args, Buffer.alloc(3 * block, 'soup '))
      expect(await faultOf(decompressed(streamOf([stdout]))), args.join(' ')).toBe('BACKUP_CORRUPT')
    }
  })
})
