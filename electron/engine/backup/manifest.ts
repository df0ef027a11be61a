import { sign, verify, type KeyObject } from 'node:crypto'
import * as z from 'zod'
import { FaultError } from '../../shared/fault.ts'
import { Manifest } from '../../shared/model.ts'

/** Keeps a signature of a manifest from being taken for a signature of anything else. */
const purpose = 'larder-manifest-v1\n'

/**
 * The manifest as stored: readable JSON whose last member is `signature`, an Ed25519 signature in base64 over the
 * purpose line and the same JSON without that member, indented by two spaces.
 */
export function writeManifest(manifest: Manifest, key: KeyObject): string {
  const body = Manifest.parse(manifest)
  return textOf(body, sign(null, signedBytes(body), key))
}

/**
 * Reads a manifest and believes it only if one of the site's keys signed exactly these bytes (INV-22). Throws
 * SIGNATURE_BAD for anything else: another site's, a changed one, or no manifest at all.
 */
export function readManifest(text: string, ...keys: readonly KeyObject[]): Manifest {
  const { signature: encoded, ...body } = parsed(text)
  const signature = Buffer.from(encoded, 'base64')
  // JSON keeps the order of members, so writing it again gives the bytes that were signed. JSON and base64 both have
  // more than one way to say the same; only the one in which it was written is taken.
  const isOurs = keys.some((key) => verify(null, signedBytes(body), key, signature))
  if (!isOurs || textOf(body, signature) !== text)
    throw new FaultError('SIGNATURE_BAD', { detail: 'the signature of the manifest does not fit' })
  const manifest = Manifest.safeParse(body)
  if (!manifest.success) throw new FaultError('SIGNATURE_BAD', { detail: z.prettifyError(manifest.error) })
  return manifest.data
}

function parsed(text: string): { signature: string } {
  try {
    return z.looseObject({ signature: z.string() }).parse(JSON.parse(text))
  } catch (error) {
    throw new FaultError('SIGNATURE_BAD', { detail: 'this is not a manifest', cause: error })
  }
}

const textOf = (body: object, signature: Buffer): string =>
  `${JSON.stringify({ ...body, signature: signature.toString('base64') }, undefined, 2)}\n`

const signedBytes = (body: object): Buffer => Buffer.from(purpose + JSON.stringify(body, undefined, 2))
