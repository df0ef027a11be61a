import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { blockBytes, tarHeader } from '../../../electron/engine/restore/tar-rules.ts'
import { tempFolder } from '../../support/temp-folder.ts'

test('the header of a real tar file leads from file to file to its end', () => {
  using place = tempFolder()
  const sizes = [0, 1, 511, 512, 513, 70_000]
  for (const size of sizes) writeFileSync(join(place.path, `file-${size}`), 'x'.repeat(size))
  const names = sizes.map((size) => `file-${size}`)
  spawnSync('tar', ['--format=ustar', '-cf', 'all.tar', ...names], { cwd: place.path })
  const tar = readFileSync(join(place.path, 'all.tar'))
  let at = 0
  for (const size of sizes) {
    const header = tarHeader(tar.subarray(at, at + blockBytes))
    expect(header).toEqual({ bytes: Math.ceil(size / blockBytes) * blockBytes })
    at += blockBytes + (typeof header === 'string' ? 0 : header.bytes)
  }
  expect(tarHeader(tar.subarray(at, at + blockBytes))).toBe('end')
})

/** As pg_dump writes a size (print_tar_number in tar.c). */
function sized(size: number): Uint8Array {
  const block = Buffer.alloc(blockBytes, 'x')
  if (size < 8 ** 11) return block.fill(`${size.toString(8).padStart(11, '0')} `, 124, 136)
  block.fill(0, 124, 136).writeUInt8(0x80, 124)
  block.writeBigUInt64BE(BigInt(size), 128)
  return block
}

test('a size is read in both ways of writing it', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(39), (seed, bits) => {
      const size = Math.floor(seed / 2 ** bits / 1024)
      expect(tarHeader(sized(size))).toEqual({ bytes: Math.ceil(size / blockBytes) * blockBytes })
    }),
  )
})

test('anything else is damaged, and never leads backwards', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: blockBytes * 2 }), (bytes) => {
      const header = tarHeader(bytes.subarray(0, blockBytes))
      if (bytes.length < blockBytes) expect(header).toBe('damaged')
      if (typeof header === 'object') expect(header.bytes).toBeGreaterThanOrEqual(0)
    }),
  )
  expect(tarHeader(Buffer.alloc(blockBytes, '9'))).toBe('damaged')
})
