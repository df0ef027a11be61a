import { compress, decompress, init } from '@bokuweb/zstd-wasm'
import xxhash from 'xxhash-wasm'
import { FaultError } from '../../shared/fault.ts'
import { inPieces, type Bytes } from './pieces.ts'

/** Plain bytes in one frame. Each frame is a valid .zst file, so stock `zstd -d` reads the row of them. */
const frameBytes = 1024 * 1024
/** Level 1 is both the fastest and, on POS data, within a percent of the smallest below level 19. */
const level = 1

const checksumFlag = 0b100
const magic = 0xfd2fb528

interface Codec {
  /** Compresses at most 1 MiB into one frame that carries a content checksum. */
  frame(plain: Uint8Array): Uint8Array
  /** Opens one whole frame of at most 1 MiB and checks its content checksum. Throws BACKUP_CORRUPT. */
  open(frame: Uint8Array): Uint8Array
}

let loading: Promise<Codec> | undefined
/** One codec for the thread: a second `init` would replace the WebAssembly memory under the first one. */
const theCodec = (): Promise<Codec> => (loading ??= loadCodec())

/** Loads the compressor. WebAssembly keeps it free of native modules that would have to be built and signed. */
async function loadCodec(): Promise<Codec> {
  const [hash] = await Promise.all([xxhash(), init()])
  const checksum = (plain: Uint8Array): number => Number(hash.h64Raw(plain) & 0xffffffffn)

  return {
    // The simple API cannot ask for checksums, but the format keeps them outside the blocks: one flag in the
    // frame header and four bytes at the end (RFC 8878, 3.1.1).
    frame(plain) {
      const bare = compress(plain, level)
      const frame = Buffer.allocUnsafe(bare.length + 4)
      frame.set(bare)
      frame.writeUInt8(frame.readUInt8(4) | checksumFlag, 4)
      frame.writeUInt32LE(checksum(plain), bare.length)
      return frame
    },
    // It compares the checksum itself; `frameEnd` sees to it that every frame has one.
    open: (frame) => decompress(frame),
  }
}

/** Compresses a stream into frames of 1 MiB. Memory does not depend on the length of the stream. */
export async function* compressed(plain: Bytes): AsyncGenerator<Uint8Array> {
  const codec = await theCodec()
  for await (const { bytes } of inPieces(plain, frameBytes)) if (bytes.length > 0) yield codec.frame(bytes)
}

/** Opens what `compressed` wrote, one frame at a time. Throws BACKUP_CORRUPT on anything else. */
export async function* decompressed(stored: Bytes): AsyncGenerator<Uint8Array> {
  const codec = await theCodec()
  for await (const frame of wholeFrames(stored)) yield openFrame(codec, frame)
}

/** Finds the frames in a stream. Each is valid until the next one is asked for. */
async function* wholeFrames(stored: Bytes): AsyncGenerator<Uint8Array> {
  const room = Buffer.allocUnsafe(2 * frameBytes)
  let used = 0
  for await (const chunk of stored) {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.subarray(at, at + room.length - used)
      room.set(taken, used)
      used += taken.length
      at += taken.length
      let begin = 0
      for (let length = frameEnd(room.subarray(0, used)); length !== undefined;) {
        yield room.subarray(begin, begin + length)
        begin += length
        length = frameEnd(room.subarray(begin, used))
      }
      room.copyWithin(0, begin, used)
      used -= begin
      if (used === room.length) throw corrupt('a block is larger than Larder writes')
    }
  }
  if (used > 0) throw corrupt('the last block is cut off')
}

function openFrame(codec: Codec, frame: Uint8Array): Uint8Array {
  try {
    return codec.open(frame)
  } catch {
    throw corrupt('a block cannot be decompressed, or does not match its checksum')
  }
}

/**
 * Where the first frame ends, or undefined while it is not all here (RFC 8878, 3.1.1). Only frames as `compressed`
 * writes them are taken: the size in the header, no dictionary, a checksum.
 */
function frameEnd(bytes: Buffer): number | undefined {
  if (bytes.length < 5) return undefined
  const descriptor = bytes.readUInt8(4)
  const windowBytes = (descriptor & 0b10_0000) === 0 ? 1 : 0
  const sizeBytes = [1 - windowBytes, 2, 4, 8][descriptor >> 6] ?? 0
  const asWritten = sizeBytes > 0 && (descriptor & (0b11 | checksumFlag)) === checksumFlag
  if (bytes.readUInt32LE(0) !== magic || !asWritten)
    throw corrupt('a block does not begin as Larder writes it')
  let at = 5 + windowBytes + sizeBytes
  // A size that Larder never writes would make the decompressor reserve that much memory.
  if (sizeBytes === 8 || (bytes.length >= at && sizeBytes === 4 && bytes.readUInt32LE(at - 4) > frameBytes))
    throw corrupt('a block is larger than Larder writes')
  for (let last = false; !last;) {
    if (bytes.length < at + 3) return undefined
    const header = bytes.readUIntLE(at, 3)
    last = (header & 1) === 1
    // Block type 1 repeats one byte, so that is all it stores whatever its size says.
    at += 3 + (((header >> 1) & 0b11) === 1 ? 1 : header >> 3)
  }
  return bytes.length < at + 4 ? undefined : at + 4
}

const corrupt = (detail: string): FaultError => new FaultError('BACKUP_CORRUPT', { detail })
