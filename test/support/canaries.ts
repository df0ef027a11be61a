import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allProcesses } from './processes.ts'
import type { TestSite } from './test-site.ts'

/** Every secret of a site, by name, as it must never be seen (INV-26). */
export async function secretsOf({ world, recoveryKey }: TestSite): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const name of ['database-password', 'site-identity', 'signing-key'] as const) {
    const secret = await world.secrets.read(name).catch(() => undefined)
    if (secret !== undefined) found.set(name, secret.reveal())
  }
  if (recoveryKey !== null) found.set('recovery-key', recoveryKey)
  return found
}

const lookEveryMs = 40

export interface ArgvWatch {
  /** Ends the watch; what was seen where. */
  stop(): string[]
}

/** Reads the command lines of all processes over and over: they are public on every computer. */
export function watchArgv(secrets: ReadonlyMap<string, string>): ArgvWatch {
  const seen = new Set<string>()
  const look = (): void => {
    for (const { argv, name } of allProcesses())
      for (const leak of leaksIn(argv, secrets)) seen.add(`${leak} in the arguments of ${name}`)
  }
  const timer = setInterval(look, lookEveryMs)
  return {
    stop: () => {
      look()
      clearInterval(timer)
      return [...seen]
    },
  }
}

/** Which secrets lie open in what a site wrote: log, settings, catalogue, everything in the backup folder. */
export function leaksOf(site: TestSite, secrets: ReadonlyMap<string, string>): string[] {
  const files = [...filesBelow(site.folder), ...filesBelow(site.dataFolder)]
  return [
    ...leaksIn(site.logged.join('\n'), secrets).map((leak) => `${leak} in the log`),
    ...files
      // The one file whose business it is.
      .filter((file) => file !== join(site.dataFolder, 'secrets.json'))
      .flatMap((file) => leaksIn(readFileSync(file, 'latin1'), secrets).map((leak) => `${leak} in ${file}`)),
  ]
}

const leaksIn = (text: string, secrets: ReadonlyMap<string, string>): string[] =>
  [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name)

export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
