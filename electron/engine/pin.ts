import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { FaultError } from '../shared/fault.ts'
import type { PinState } from '../shared/ipc.ts'
import type { Settings } from '../shared/model.ts'
import { changePin, readPin, replacePin, type KeptPin } from './pin-file.ts'
import { isWeak, steadied, waitInWords, waitLeft } from './pin-rules.ts'
import { requireRecovery } from './recovery-proof.ts'
import type { World } from './world.ts'

/** Whether there is a technician PIN, and how long none is looked at. Throws PIN_BROKEN. */
export async function pinState(world: World): Promise<PinState> {
  const [kept, now] = [readPin(world), world.now()]
  if (kept === undefined) return { isSet: false, waitMs: 0 }
  // Kept as well: whoever waits until this says 0 would wait for the clock to come back to where it stood.
  if (steadied(kept, now) !== kept)
    changePin(world, (there) => there && { ...there, ...steadied(there, now) })
  return { isSet: true, waitMs: waitLeft(kept, now) }
}

interface NewPin {
  readonly pin: string
  /** Null where there was none. */
  readonly oldPin: string | null
}

/** Sets the technician PIN; the first needs no old one. Throws PIN_WEAK, PIN_WRONG, PIN_WAIT. */
export async function setPin(world: World, { pin, oldPin }: NewPin): Promise<PinState> {
  requireStrong(pin)
  const before = readPin(world)
  if (before !== undefined && oldPin === null) throw wrong(before, world.now())
  if (before !== undefined) await checkPin(world, oldPin ?? '')
  const next = await hashed(pin)
  changePin(world, (there) => {
    // Somebody else was quicker: their PIN is not replaced by one who does not know it.
    if (there !== undefined && there.salt !== before?.salt) throw wrong(there, world.now())
    return next
  })
  world.log.info('the technician PIN was set')
  return pinState(world)
}

/**
 * Returns when this is the technician PIN. Throws PIN_UNSET, PIN_WRONG, or PIN_WAIT while none is looked at. A try is
 * counted before it is compared, so killing the process or running many gains nothing.
 */
export async function checkPin(world: World, pin: string): Promise<void> {
  const kept = countTry(world)
  if (!(await matches(kept, pin))) {
    world.log.warn('a wrong technician PIN was tried')
    throw wrong(kept, world.now())
  }
  changePin(world, (there) => (there?.salt === kept.salt ? { ...there, failures: 0 } : undefined))
}

interface Reset {
  readonly pin: string
  /** The recovery key or the text of its file; where nothing is encrypted, the database password. */
  readonly recoveryKey: string
}

/**
 * Sets the technician PIN without knowing the old one, also in the place of a damaged file. Throws PIN_WEAK, KEY_TYPO,
 * KEY_WRONG, or the DB_* fault of a server that cannot be asked for its password.
 */
export async function resetPin(
  world: World,
  settings: Settings,
  { pin, recoveryKey }: Reset,
): Promise<PinState> {
  requireStrong(pin)
  await requireRecovery(settings, recoveryKey)
  const next = await hashed(pin)
  replacePin(world, next)
  world.log.warn('the technician PIN was set anew with the recovery key')
  return pinState(world)
}

function requireStrong(pin: string): void {
  if (isWeak(normalised(pin))) throw new FaultError('PIN_WEAK')
}

/** Takes one try from what is left, or throws PIN_WAIT. */
function countTry(world: World): KeptPin {
  const now = world.now()
  let counted: KeptPin | undefined
  let waitMs = 0
  changePin(world, (kept) => {
    if (kept === undefined) throw new FaultError('PIN_UNSET')
    const tries = { ...kept, ...steadied(kept, now) }
    waitMs = waitLeft(tries, now)
    if (waitMs > 0) return tries
    return (counted = { ...tries, failures: tries.failures + 1, lastAt: now })
  })
  if (counted !== undefined) return counted
  throw new FaultError('PIN_WAIT', { values: { wait: waitInWords(waitMs) } })
}

const wrong = (kept: KeptPin, now: number): FaultError =>
  new FaultError('PIN_WRONG', { values: { wait: waitInWords(waitLeft(kept, now)) } })

/** The same PIN typed on another keyboard may come as other code points. */
const normalised = (pin: string): string => pin.normalize('NFKC')

/** 32 MiB and a tenth of a second for each guess. */
const cost = { n: 2 ** 15, r: 8, p: 1 } as const
const hashBytes = 32
const saltBytes = 16

async function hashed(pin: string): Promise<KeptPin> {
  const salt = randomBytes(saltBytes)
  const hash = await derive(pin, salt, hashBytes, cost)
  return {
    version: 1,
    kind: 'scrypt',
    ...cost,
    salt: salt.toString('base64'),
    hash: hash.toString('base64'),
    failures: 0,
    lastAt: 0,
  }
}

async function matches(kept: KeptPin, pin: string): Promise<boolean> {
  const hash = Buffer.from(kept.hash, 'base64')
  const found = await derive(pin, Buffer.from(kept.salt, 'base64'), hash.length, kept)
  return timingSafeEqual(found, hash)
}

type Cost = Pick<KeptPin, 'n' | 'r' | 'p'>

const derive = (pin: string, salt: Buffer, bytes: number, { n, r, p }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // Node asks for more than the 128 · N · r bytes that are used.
    const options = { N: n, r, p, maxmem: 256 * n * r }
    scrypt(normalised(pin), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
