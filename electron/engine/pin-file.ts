import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { FaultError } from '../shared/fault.ts'
import { writeAtomicallyNow } from './atomic-file.ts'
import { whileAlone } from './catalogue/opening-lock.ts'
import type { World } from './world.ts'

const Bytes = z.base64().min(1).max(1000)

/** How a PIN is kept: its scrypt hash with what made it (RFC 7914), and how often a wrong one was tried. */
const PinFile = z.strictObject({
  version: z.literal(1),
  kind: z.literal('scrypt'),
  // Bounds, so that a doctored file cannot make the check eat all memory.
  n: z.int().min(2).max(262_144),
  r: z.int().min(1).max(16),
  p: z.int().min(1).max(16),
  salt: Bytes,
  hash: Bytes,
  failures: z.int().nonnegative(),
  /** When the last of them was; milliseconds since 1970. */
  lastAt: z.int(),
})
export type KeptPin = z.output<typeof PinFile>

const pinFile = ({ dataFolder }: World): string => join(dataFolder, 'pin.json')

/**
 * What is kept of the PIN; undefined when there is none. Throws PIN_BROKEN for a file that cannot be read or is not
 * understood: that is never the same as having no PIN.
 */
export function readPin(world: World): KeptPin | undefined {
  const file = pinFile(world)
  try {
    return PinFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    // The parser's message would quote the file.
    const detail =
      error instanceof Error && 'code' in error ? error.message : 'It is damaged or of a newer Larder.'
    throw new FaultError('PIN_BROKEN', { values: { file }, detail, cause: error })
  }
}

/**
 * Changes what is kept while no other process does, durably. The change gets the PIN as it is at that moment and
 * returns what shall stand there, or undefined to leave it.
 */
export function changePin(world: World, change: (kept: KeptPin | undefined) => KeptPin | undefined): void {
  whileAlone(pinFile(world), world, () => {
    const next = change(readPin(world))
    if (next !== undefined) write(world, next)
  })
}

/** Puts a PIN in the place of whatever is there, damaged or not. */
export function replacePin(world: World, next: KeptPin): void {
  whileAlone(pinFile(world), world, () => write(world, next))
}

function write(world: World, next: KeptPin): void {
  const file = pinFile(world)
  try {
    writeAtomicallyNow(file, `${JSON.stringify(PinFile.parse(next), undefined, 2)}\n`)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new FaultError('PIN_BROKEN', { values: { file }, detail, cause: error })
  }
}
