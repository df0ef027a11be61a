import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultDataFolder } from '../../electron/engine/data-folder.ts'
import { loadSettings, saveSettings } from '../../electron/engine/settings.ts'
import type { Settings } from '../../electron/shared/model.ts'
import { tempFolder } from '../support/temp-folder.ts'

let folder: ReturnType<typeof tempFolder>
let file: string
beforeEach(() => {
  folder = tempFolder()
  file = join(folder.path, 'settings.json')
})
afterEach(() => folder[Symbol.dispose]())

const settings: Settings = {
  version: 1,
  site: { id: '6d1f1b2c-52a0-4a3e-9a3f-0d7f6f0c1e11', name: 'Trattoria “da Pina” 🍝' },
  server: { host: '/var/run/postgresql', port: 5432, user: 'pos', database: 'pos', tls: 'prefer' },
  plan: { kind: 'production', databases: ['pos', "o'brien", ' '] },
  folder: '/srv/backups',
  keys: {
    recoveryRecipient: null,
    siteRecipient: null,
    signingKey: 'AAAA',
    recoveryEnding: null,
    recoveryConfirmedAt: null,
  },
}

describe('settings', () => {
  test('come back as they were written, and only their owner can read them', async () => {
    await saveSettings(folder.path, settings)
    expect(await loadSettings(folder.path)).toEqual(settings)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('are undefined before the first run', async () => {
    expect(await loadSettings(folder.path)).toBeUndefined()
    expect(await loadSettings(join(folder.path, 'none'))).toBeUndefined()
  })

  test('leave the ones before beside them', async () => {
    await saveSettings(folder.path, settings)
    await saveSettings(folder.path, { ...settings, folder: '/mnt/stick' })
    expect(await loadSettings(folder.path)).toMatchObject({ folder: '/mnt/stick' })
    expect(JSON.parse(readFileSync(`${file}.previous`, 'utf8'))).toEqual(settings)
  })

  test('have something to go back to from the first time on, and each of it is whole', async () => {
    const previous = async (): Promise<unknown> => {
      const there = tempFolder()
      renameSync(`${file}.previous`, join(there.path, 'settings.json'))
      const found = await loadSettings(there.path)
      there[Symbol.dispose]()
      return found
    }
    await saveSettings(folder.path, settings)
    expect(await previous()).toEqual(settings)
    writeFileSync(file, '{')
    await expect(saveSettings(folder.path, settings)).rejects.toMatchObject({ code: 'SETTINGS_BROKEN' })
  })

  test('are never written in a form that could not be read again', async () => {
    await saveSettings(folder.path, settings)
    const before = readFileSync(file, 'utf8')
    const broken = { ...settings, server: { ...settings.server, port: 0 } }
    await expect(saveSettings(folder.path, broken)).rejects.toThrow('port')
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test('are whole for every reader while they are being written', async () => {
    await saveSettings(folder.path, settings)
    const done = new AbortController()
    const writing = (async () => {
      for (let round = 0; round < 60; round += 1)
        await saveSettings(folder.path, { ...settings, folder: `/srv/${'x'.repeat(round * 50)}` })
      done.abort()
    })()
    let reads = 0
    for (; !done.signal.aborted; reads += 1) expect(await loadSettings(folder.path)).toBeDefined()
    await writing
    expect(reads).toBeGreaterThan(20)
  })
})

test('the data folder is where LARDER_DATA says, else where the platform keeps such things', () => {
  expect(defaultDataFolder({ LARDER_DATA: '/data' })).toBe('/data')
  const places: readonly (readonly [NodeJS.Platform, NodeJS.ProcessEnv, string])[] = [
    ['linux', {}, join(homedir(), '.config', 'Larder')],
    ['linux', { XDG_CONFIG_HOME: '/config' }, '/config/Larder'],
    ['darwin', {}, join(homedir(), 'Library', 'Application Support', 'Larder')],
    ['win32', { APPDATA: '/roaming' }, '/roaming/Larder'],
  ]
  const { platform } = process
  try {
    for (const [name, env, place] of places) {
      Object.defineProperty(process, 'platform', { value: name })
      expect(defaultDataFolder(env)).toBe(place)
    }
  } finally {
    Object.defineProperty(process, 'platform', { value: platform })
  }
})
