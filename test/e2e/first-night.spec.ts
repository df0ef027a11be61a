import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { buildSampleRestaurant, createBackupRole } from '../../scripts/sample-restaurant/build.ts'
import type { Bridge } from '../../electron/shared/ipc.ts'
import { faults } from '../../electron/shared/fault-table.ts'
import { texts } from '../../electron/shared/texts.ts'
import { desktopTexts } from '../../electron/shared/texts-desktop.ts'
import { answerDialogs, picture, startApp, type RunningApp } from '../support/app.ts'
import { startDesktop, until, type Desktop } from '../support/desktop.ts'
import { startPostgres, type PrivatePostgres } from '../support/postgres-server.ts'
import { tempFolder } from '../support/temp-folder.ts'

const words = texts.firstRun
const password = 'käse & "brot" 7'

test.describe.configure({ mode: 'serial' })

let desktop: Desktop
let server: PrivatePostgres
let app: RunningApp
const place = tempFolder()
const data = join(place.path, 'data')
const backups = join(place.path, 'backups')
const keyFile = join(place.path, 'recovery-key.txt')

const countManifests = (): number =>
  execFileSync('find', [backups, '-name', '*.manifest.json']).toString().trim().split('\n').length

test.beforeAll(async () => {
  desktop = await startDesktop()
  server = await startPostgres()
  await buildSampleRestaurant(server, { database: 'trattoria', scale: 0.15, upTo: new Date() })
  await createBackupRole(server, 'larder_backup', password)
  app = await startApp(desktop, data)
  await answerDialogs(app, { folder: backups, keyFile })
})

test.afterAll(async () => {
  // Not `close`: a test that failed may have left a backup running, and quitting would ask about it.
  await app?.electron.evaluate(({ app: electron }) => electron.exit()).catch(() => undefined)
  await desktop?.stop()
  await server?.[Symbol.asyncDispose]()
  place[Symbol.dispose]()
})

test('the first run leads from nothing to an intact backup', async () => {
  const { window } = app
  await expect(window.getByRole('heading', { name: words.welcome.title })).toBeVisible()
  await picture(app, 'first-run-1-welcome')
  await window.getByLabel(words.welcome.name).fill('Trattoria Lucia')
  await window.getByRole('button', { name: words.welcome.begin }).click()

  await expect(window.getByRole('heading', { name: words.server.title })).toBeVisible()
  await picture(app, 'first-run-2-server')
  await window.getByRole('radiogroup').getByText(words.server.ways.paste).click()
  const secret = encodeURIComponent(password)
  const url = `postgres://larder_backup:${secret}@127.0.0.1:${server.port}/trattoria?sslmode=prefer`
  await window.getByRole('textbox', { name: words.server.paste }).fill(url)
  await window.getByRole('button', { name: words.server.read }).click()
  await picture(app, 'first-run-3-login')
  await window.getByRole('button', { name: words.server.connect }).click()

  await expect(window.getByRole('heading', { name: words.databases.title })).toBeVisible()
  await expect(window.getByText('trattoria', { exact: true })).toBeVisible()
  await picture(app, 'first-run-4-databases')
  const tick = window.getByRole('checkbox', { name: /trattoria/ })
  if (!(await tick.isChecked())) await tick.click()
  await window.getByRole('button', { name: texts.common.continue }).click()

  await expect(window.getByRole('heading', { name: words.place.title })).toBeVisible()
  await window.getByRole('button', { name: words.place.choose }).click()
  await picture(app, 'first-run-5-place')
  await window.getByRole('button', { name: texts.common.continue }).click()

  await picture(app, 'first-run-6-encryption')
  await window.getByRole('button', { name: words.encryption.setUp, exact: true }).click()

  await expect(window.getByRole('heading', { name: words.recovery.title })).toBeVisible()
  await window.getByRole('button', { name: words.recovery.saveAction }).click()
  await expect(window.getByText(keyFile)).toBeVisible()
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  const key = readFileSync(keyFile, 'utf8').match(/AGE-SECRET-KEY-1\w+/)?.[0] ?? ''
  await window.getByLabel(words.recovery.ending).fill('XXXXXXXX')
  await window.getByRole('button', { name: words.recovery.confirmAction }).click()
  await expect(window.getByText('That key does not fit')).toBeVisible()
  await window.getByLabel(words.recovery.ending).fill(key.slice(-8).toLowerCase())
  await picture(app, 'first-run-7-recovery')
  await window.getByRole('button', { name: words.recovery.confirmAction }).click()
  await expect(window.getByText(words.recovery.confirmed)).toBeVisible()
  await window.getByRole('button', { name: texts.common.continue }).click()

  await picture(app, 'first-run-8-backup')
  await window.getByRole('button', { name: words.backup.start }).click()
  await expect(window.getByText(words.backup.resultTitle(1, '1'))).toBeVisible({ timeout: 60_000 })
  await picture(app, 'first-run-9-intact')
  await window.getByRole('button', { name: words.backup.finish }).click()
  await expect(window.getByText(/^You can go back to \d\d:\d\d today/).first()).toBeVisible()
  await picture(app, 'today')
})

test('the backup opens with age, zstd and pg_restore from the shell', async () => {
  const [archive] = execFileSync('find', [backups, '-name', '*.dump.zst.age']).toString().trim().split('\n')
  await server.psql('postgres', 'CREATE DATABASE by_hand')
  const restore = `set -o pipefail; age -d -i "${keyFile}" "${archive}" | zstd -d | "${server.binDir}/pg_restore" --no-owner --no-privileges -d "$TARGET"`
  execFileSync('bash', ['-c', restore], { env: { ...process.env, TARGET: server.url('by_hand') } })
  const count = 'SELECT count(*), sum(total) FROM orders'
  expect(await server.psql('by_hand', count)).toBe(await server.psql('trattoria', count))
})

test('the list, the details and another check say intact and nothing more', async () => {
  const { window } = app
  await window.getByRole('navigation').getByText(texts.nav.backups, { exact: true }).click()
  await expect(window.getByRole('heading', { name: texts.backups.title })).toBeVisible()
  await picture(app, 'backups')
  await window
    .getByRole('button', { name: /^Open the backup of trattoria/ })
    .first()
    .click()
  await window.getByRole('button', { name: texts.details.check, exact: true }).click()
  await expect(window.getByText(/^Intact: size, SHA-256/)).toBeVisible({ timeout: 60_000 })
  await picture(app, 'backup-details')
  expect(await window.locator('body').innerText()).not.toMatch(/success/i)
})

test('a failing backup pops up, and a click on it opens the reason', async () => {
  await server.stop('immediate')
  const before = await desktop.tray()
  expect(await desktop.trayClick(desktopTexts.backUpNow)).toBe(true)
  await until(async () => (await desktop.popUps()) > 0)
  await desktop.clickPopUp()
  await expect(app.window.getByText('The till database did not answer').first()).toBeVisible()
  await picture(app, 'today-failed')
  const told = await desktop.pastPopUps()
  expect(told[0]?.title).toBe(desktopTexts.failureTitle(texts.jobs.kind.backup, 'trattoria'))
  expect(told[0]?.body).toContain('Your earlier backups are untouched')
  expect((await desktop.tray())?.tooltip).toContain('the last backup failed')
  expect((await desktop.tray())?.tooltip).not.toBe(before?.tooltip)
})

test('once the server is back a backup puts it right, with live progress and a cancel that leaves nothing', async () => {
  const { window } = app
  await server.start()
  await window.getByRole('navigation').getByText(texts.nav.today, { exact: true }).click()
  await window.getByRole('button', { name: texts.today.backUpNow }).first().click()
  await expect(window.getByText(texts.jobs.phase.dump, { exact: true })).toBeVisible()
  await picture(app, 'today-running')
  await expect(window.getByText('The till database did not answer')).toHaveCount(0, { timeout: 60_000 })
  await expect(window.getByText(texts.today.running)).toHaveCount(0, { timeout: 60_000 })

  await window.getByRole('button', { name: texts.today.backUpNow }).first().click()
  await window
    .getByRole('button', { name: /^Cancel/ })
    .first()
    .click()
  await window.getByRole('button', { name: texts.jobs.cancelAsk.backup.yes }).click()
  await expect(window.getByText(faults.CANCELLED.text)).toBeVisible()
  expect(execFileSync('find', [backups, '-name', '*.partial']).toString()).toBe('')
  expect(countManifests()).toBe(2)
})

test('a changed database password is asked for where it failed, and the backup goes on', async () => {
  const { window } = app
  await server.psql('postgres', "ALTER ROLE larder_backup PASSWORD 'nuova 8'")
  await window.getByRole('button', { name: texts.today.backUpNow }).first().click()
  await expect(window.getByText('refused the user name or the password').first()).toBeVisible()
  await picture(app, 'today-password')
  await window.getByLabel(texts.today.password.label).fill('wrong')
  await window.getByRole('button', { name: texts.today.password.action }).click()
  await expect(window.getByText('refused the user name or the password')).toHaveCount(2)
  await window.getByLabel(texts.today.password.label).fill('nuova 8')
  await window.getByRole('button', { name: texts.today.password.action }).click()
  await expect(window.getByText('refused the user name or the password')).toHaveCount(0, { timeout: 60_000 })
  await until(async () => countManifests() === 3)
})

test('closing the window leaves the icon, and the icon brings the window back', async () => {
  const { electron } = app
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await until(async () =>
    electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length === 0),
  )
  expect((await desktop.tray())?.tooltip).toContain('You can go back to')
  const opened = electron.waitForEvent('window')
  expect(await desktop.trayClick(desktopTexts.open)).toBe(true)
  const window = await opened
  await expect(window.getByText(/^You can go back to/).first()).toBeVisible()
  app = { ...app, window }
})

test('the window cannot leave its page, open another, or ask for what is not in the contract', async () => {
  const { window } = app
  const tried = await window.evaluate(async () => {
    const reply = async (name: string, input: unknown) => {
      const answer = await (globalThis as unknown as { larder: Bridge }).larder.call(
        name as never,
        input as never,
      )
      return answer.ok ? 'answered' : answer.fault.code
    }
    return {
      unknown: await reply('toString', undefined),
      wrong: await reply('showBackup', { id: { $gt: '' } }),
      extra: await reply('showBackup', { id: 'x', path: '/etc/passwd' }),
      opened: globalThis.open('https://example.com') === null,
      node: 'process' in globalThis || 'require' in globalThis,
      network: await fetch('https://example.com').then(
        () => 'reached',
        () => 'refused',
      ),
    }
  })
  expect(tried).toEqual({
    unknown: 'REQUEST_REFUSED',
    wrong: 'REQUEST_REFUSED',
    extra: 'REQUEST_REFUSED',
    opened: true,
    node: false,
    network: 'refused',
  })
  const before = window.url()
  // Listens after the app's own listener, so what it hears is the answer: no time has to pass in which nothing happens.
  await app.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.on('will-frame-navigate', (event) => {
      process.env['LARDER_TEST_NAVIGATION'] = event.defaultPrevented ? 'refused' : 'allowed'
    })
  })
  await window.evaluate(() => void (location.href = 'https://example.com')).catch(() => undefined)
  const answer = (): Promise<string | undefined> =>
    app.electron.evaluate(() => process.env['LARDER_TEST_NAVIGATION'])
  await until(async () => (await answer()) !== undefined)
  expect(await answer()).toBe('refused')
  expect(window.url()).toBe(before)
})

test('no secret is in the log, the settings, the catalogue or a manifest, and the page had no complaint', async () => {
  const found = execFileSync('bash', [
    '-c',
    `cat "${data}"/settings.json "${data}"/catalogue.db* "${data}"/logs/* $(find "${backups}" -name '*.manifest.json')`,
  ])
  expect(found.includes(password)).toBe(false)
  expect(found.includes('AGE-SECRET-KEY')).toBe(false)
  expect(app.complaints.filter((text) => !/example\.com|Content Security Policy/.test(text))).toEqual([])
})
