/** All of a tar file is in blocks of this size. */
export const blockBytes = 512

/** What a header says. `bytes` is the size of what follows it, up to the next header. */
export type TarHeader = { readonly bytes: number } | 'end' | 'damaged'

const [sizeAt, sizeLength] = [124, 12]

/** Reads one header of a tar file as pg_dump writes it (POSIX ustar; sizes from 8 GB on in binary, as GNU does). */
export function tarHeader(block: Uint8Array): TarHeader {
  if (block.length < blockBytes) return 'damaged'
  if (block.every((byte) => byte === 0)) return 'end'
  const field = block.subarray(sizeAt, sizeAt + sizeLength)
  const size = field[0] === 0x80 ? binary(field.subarray(1)) : octal(field)
  if (size === undefined || !Number.isSafeInteger(size)) return 'damaged'
  return { bytes: Math.ceil(size / blockBytes) * blockBytes }
}

const binary = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0)

function octal(bytes: Uint8Array): number | undefined {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(String.fromCharCode(...bytes))?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}
