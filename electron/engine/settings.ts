import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { FaultError } from '../shared/fault.ts'
import { Settings, settingsVersion } from '../shared/model.ts'
import { writeAtomically } from './atomic-file.ts'

const settingsFile = (dataFolder: string): string => join(dataFolder, 'settings.json')

/**
 * Reads the settings; undefined when Larder is not set up here. Throws SETTINGS_NEWER for a file of a later version
 * and SETTINGS_BROKEN for one that does not fit; the file is left as it is in both cases.
 */
export async function loadSettings(dataFolder: string): Promise<Settings | undefined> {
  const file = settingsFile(dataFolder)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new FaultError('SETTINGS_BROKEN', { values: { file }, detail: error.message, cause: error })
  })
  if (text === undefined) return undefined
  const found = parseJson(text, file)
  const version = z.looseObject({ version: z.number() }).safeParse(found)
  if (version.success && version.data.version > settingsVersion) throw new FaultError('SETTINGS_NEWER')
  const settings = Settings.safeParse(found)
  if (!settings.success)
    throw new FaultError('SETTINGS_BROKEN', { values: { file }, detail: z.prettifyError(settings.error) })
  return settings.data
}

/**
 * Writes the settings. The ones before stay beside them as `settings.json.previous`; the first ones are their own, so
 * that there is always a whole file to go back to.
 */
export async function saveSettings(dataFolder: string, settings: Settings): Promise<void> {
  const file = settingsFile(dataFolder)
  const before = (await loadSettings(dataFolder)) ?? settings
  await writeAtomically(`${file}.previous`, asText(before))
  await writeAtomically(file, asText(settings))
}

const asText = (settings: Settings): string => `${JSON.stringify(Settings.parse(settings), undefined, 2)}\n`

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new FaultError('SETTINGS_BROKEN', { values: { file }, detail, cause: error })
  }
}
