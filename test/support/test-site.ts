import { join } from 'node:path'
import { diskSpace } from '../../electron/engine/disk-space.ts'
import { Engine } from '../../electron/engine/engine.ts'
import { secretsInFile, type Keyring } from '../../electron/engine/secrets-file.ts'
import type { SetUp } from '../../electron/engine/set-up.ts'
import { saveSettings } from '../../electron/engine/settings.ts'
import { usualLimits, type Limits } from '../../electron/engine/site.ts'
import type { World } from '../../electron/engine/world.ts'
import type { SetUpRequest } from '../../electron/shared/ipc.ts'
import type { Server } from '../../electron/shared/model.ts'
import type { PrivatePostgres } from './postgres-server.ts'
import { tempFolder } from './temp-folder.ts'

export interface SiteOptions {
  readonly server: PrivatePostgres
  /** Must be there already. */
  readonly database?: string
  /** The plan covers every database of the server instead of that one. */
  readonly all?: boolean
  readonly encrypt?: boolean
  readonly limits?: Partial<Limits>
  /** Another way to the same server, such as a wire that can be held. */
  readonly port?: number
  /** Default is the superuser. */
  readonly login?: { readonly user: string; readonly password: string }
  /** Default is a new folder; whoever gives one removes it. */
  readonly folder?: string
  readonly dataFolder?: string
  readonly now?: () => number
  readonly space?: World['space']
  /** Seals the secrets; default is none, as for the command. */
  readonly keyring?: Keyring
}

/** An engine of our own at a real server, set up and open. After `await using` nothing of it is left. */
export interface TestSite extends AsyncDisposable {
  readonly server: PrivatePostgres
  readonly database: string
  /** The engine as last opened. */
  readonly engine: Engine
  readonly world: World
  readonly limits: Limits
  readonly folder: string
  readonly dataFolder: string
  /** The recovery identity, `AGE-SECRET-KEY-1…`; null for a site that does not encrypt. */
  readonly recoveryKey: string | null
  /** Every line that the engine logged, from all its lives. */
  readonly logged: readonly string[]
  /** Closes the engine and opens the same data folder anew, as a restart would. */
  reopen(): Promise<Engine>
  /** Points the settings elsewhere, as a technician with an editor would, for the length of some work. */
  whileServerIs(change: Partial<Server>, work: () => Promise<unknown>): Promise<void>
}

/** Sets up a site through the engine's own front door. */
export async function makeSite(options: SiteOptions): Promise<TestSite> {
  const { server, database = 'till', limits = {} } = options
  const place = tempFolder()
  const dataFolder = options.dataFolder ?? join(place.path, 'data')
  const folder = options.folder ?? join(place.path, 'backups')
  const logged: string[] = []
  const world = makeWorld(dataFolder, logged, options)
  const allLimits = { ...usualLimits, ...limits }
  let engine = await Engine.open(world, allLimits)
  const close = (): void => {
    engine.close()
    place[Symbol.dispose]()
  }
  const made = await engine.setUp(requestFor(options, folder)).catch((error: unknown) => {
    close()
    throw error
  })
  const reopen = async (): Promise<Engine> => {
    engine.close()
    engine = await Engine.open(world, allLimits)
    return engine
  }
  return {
    server,
    database,
    get engine() {
      return engine
    },
    world,
    limits: allLimits,
    folder,
    dataFolder,
    recoveryKey: recoveryKeyOf(made),
    logged,
    reopen,
    whileServerIs: async (change, work) => {
      const { settings } = engine.site
      await saveSettings(dataFolder, { ...settings, server: { ...settings.server, ...change } })
      await reopen()
      try {
        await work()
      } finally {
        await saveSettings(dataFolder, settings)
        await reopen()
      }
    },
    [Symbol.asyncDispose]: async () => close(),
  }
}

/** The engine's world with real parts: files, disk and clock unless a test gives others. */
export function makeWorld(
  dataFolder: string,
  logged: string[],
  { now = Date.now, space = diskSpace, keyring }: Pick<SiteOptions, 'now' | 'space' | 'keyring'> = {},
): World {
  const write = (message: string): void => void logged.push(message)
  return {
    now,
    dataFolder,
    secrets: secretsInFile(dataFolder, keyring),
    space,
    log: { info: write, warn: write, error: write },
  }
}

export function requestFor(
  { server, database = 'till', all = false, encrypt = true, port, login }: SiteOptions,
  folder: string,
): SetUpRequest {
  return {
    siteName: 'Trattoria da Pina',
    server: {
      host: server.host,
      port: port ?? server.port,
      user: login?.user ?? server.user,
      database,
      tls: 'prefer',
    },
    password: login?.password ?? server.password,
    plan: 'production',
    databases: all ? 'all' : [database],
    folder,
    encrypt,
  }
}

const recoveryKeyOf = ({ recovery }: SetUp): string | null => recovery?.secret.reveal() ?? null
