import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { texts } from '../../electron/shared/texts.ts'
import { startApp } from '../support/app.ts'
import { startDesktop } from '../support/desktop.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { tempFolder } from '../support/temp-folder.ts'

const root = join(import.meta.dirname, '../..')
const executable = join(root, 'dist/linux-unpacked/larder')

test.beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts/dist.mjs'), '--inspectable'], { cwd: root })
})

test('the packed app holds what it needs and nothing else, behind the right fuses', async () => {
  const folders = listPackage(join(root, 'dist/linux-unpacked/resources/app.asar'), { isPack: false })
  const tops = new Set(folders.map((path) => path.split('/').slice(1, 3).join('/')))
  expect([...tops].toSorted()).toEqual([
    'node_modules',
    'node_modules/@bokuweb',
    'node_modules/better-sqlite3',
    'out',
    'out/electron',
    'out/renderer',
    'package.json',
    'resources',
    'resources/icon.png',
    'resources/tray',
  ])
  const fuses = await getCurrentFuseWire(executable)
  const isOn = (fuse: FuseV1Options): boolean => String.fromCharCode(Number(fuses[fuse])) === '1'
  expect(isOn(FuseV1Options.RunAsNode)).toBe(false)
  expect(isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false)
  expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true)
  expect(isOn(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false)
  // The released build turns this one off too; a test driver cannot do without it.
  expect(readFileSync(join(root, 'electron-builder.yml'), 'utf8')).toContain(
    'enableNodeCliInspectArguments: false',
  )
})

test('it opens its window, and its command takes a backup without any display', async () => {
  using place = tempFolder()
  await using server = await startPostgres()
  await server.psql('postgres', 'CREATE DATABASE pos')
  await server.psql('pos', 'CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id')

  const desktop = await startDesktop()
  try {
    const app = await startApp(desktop, join(place.path, 'window'), executable)
    await expect(app.window.getByRole('heading', { name: texts.firstRun.welcome.title })).toBeVisible()
    await app.electron.close()
  } finally {
    await desktop.stop()
  }

  const larder = (...args: string[]): string =>
    execFileSync(executable, ['--headless', '--disable-gpu', '--no-sandbox', ...args, '--data', place.path], {
      cwd: place.path,
      env: { PATH: process.env['PATH'] ?? '', HOME: place.path, PGPASSWORD: server.password },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString()
  larder(
    'setup',
    '--url',
    `postgres://${server.user}@127.0.0.1:${server.port}/pos`,
    '--folder',
    join(place.path, 'b'),
  )
  const backup = JSON.parse(larder('backup', '--json')) as { state: string; file: string; rows: number }
  expect(backup).toMatchObject({ state: 'intact', rows: 1000 })
  expect(existsSync(backup.file)).toBe(true)
})
