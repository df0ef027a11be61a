import { randomUUID } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { homeZone } from '../shared/calendar.ts'
import { toInstant } from '../shared/calendar.ts'
import { FaultError } from '../shared/fault.ts'
import type { SetUpRequest } from '../shared/ipc.ts'
import type { Settings } from '../shared/model.ts'
import { claimFolder } from './backup/backup-folder.ts'
import { endingHash, makeIdentity, makeSigningKey, type Identity } from './keys.ts'
import { lookAtServer } from './look-at-server.ts'
import { Secret } from './secret.ts'
import { loadSettings, saveSettings } from './settings.ts'
import type { World } from './world.ts'

/** The recovery key is handed out here and kept nowhere: whoever gets it must write it down at once. */
export interface SetUp {
  readonly settings: Settings
  readonly recovery: Identity | null
}

/**
 * Sets Larder up: tries the login and the rights, makes the keys, claims the backup folder. The settings are written
 * last, so that an attempt cut short can be made again. `keepKey` is given the recovery key before they count: no
 * backup is ever sealed with a key that was lost on its way. Throws ALREADY_SET_UP, or the fault of what does not work.
 */
export async function setUp(
  world: World,
  request: SetUpRequest,
  keepKey?: (recovery: Identity) => Promise<void>,
): Promise<SetUp> {
  if ((await loadSettings(world.dataFolder)) !== undefined) throw new FaultError('ALREADY_SET_UP')
  if (!isAbsolute(request.folder))
    throw new FaultError('USAGE', { values: { problem: `“${request.folder}” is not an absolute path.` } })
  const password = new Secret(request.password)
  await requireWorking(request, password)

  const site = { id: randomUUID(), name: request.siteName, timeZone: homeZone() }
  const recovery = request.encrypt ? await makeIdentity() : null
  const own = request.encrypt ? await makeIdentity() : null
  const signing = makeSigningKey()
  if (request.password !== '') await world.secrets.write('database-password', password)
  if (own !== null) await world.secrets.write('site-identity', own.secret)
  await world.secrets.write('signing-key', signing.secret)

  const now = toInstant(world.now())
  const settings: Settings = {
    version: 1,
    setUpAt: now,
    site,
    server: request.server,
    plan: { kind: request.plan, databases: request.databases },
    folder: request.folder,
    keys: {
      recoveryRecipient: recovery?.recipient ?? null,
      siteRecipient: own?.recipient ?? null,
      signingKey: signing.publicKey,
      recoveryEnding: recovery === null ? null : endingHash(recovery.secret.reveal()),
      ...(recovery === null ? {} : { recoveryMadeAt: now }),
      recoveryConfirmedAt: null,
    },
  }
  if (recovery !== null) await keepKey?.(recovery)
  // Right before the settings: a folder claimed for a site that never came to be would refuse the next attempt.
  await claimFolder(request.folder, site.id)
  await saveSettings(world.dataFolder, settings)
  return { settings, recovery }
}

/** A backup plan that cannot work is refused now, in daylight, not at half past three. */
async function requireWorking({ server, databases }: SetUpRequest, password: Secret): Promise<void> {
  const report = await lookAtServer(server, password, databases)
  const [problem] = report.problems
  if (problem === undefined) return
  const { code, database, detail, next } = problem
  throw new FaultError(code, { values: { database: database ?? '' }, detail: [detail, next].join('\n') })
}
