import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { buildSampleRestaurant } from '../../scripts/sample-restaurant/build.ts'
import { texts } from '../../electron/shared/texts.ts'
import { picture, startApp } from '../support/app.ts'
import { startDesktop, until } from '../support/desktop.ts'
import { makeCommandSite } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('a backup proven by restoring climbs the ladder, and the whole site is protected', async () => {
  using place = tempFolder()
  await using server = await startPostgres()
  await buildSampleRestaurant(server, { database: 'trattoria', scale: 0.15, upTo: new Date() })
  const site = await makeCommandSite(server, place.path, ['trattoria'])
  const key = readFileSync(site.keyFile, 'utf8').match(/AGE-SECRET-KEY-1\w+/)?.[0] ?? ''
  expect((await site.run('confirm-key', key.slice(-8))).exitCode).toBe(0)
  expect((await site.run('backup')).exitCode).toBe(0)

  const desktop = await startDesktop()
  try {
    const app = await startApp(desktop, site.dataFolder)
    const { window } = app
    const navigation = window.getByRole('navigation')
    const hero = window.locator('.hero')
    await expect(hero.getByText(texts.health.attention, { exact: true })).toBeVisible()
    await expect(hero.getByText(/This backup is intact, not proven yet\.$/)).toBeVisible()

    await navigation.getByText(texts.nav.backups, { exact: true }).click()
    await window.getByRole('button', { name: /^Open the backup of trattoria/ }).click()
    await window.getByRole('button', { name: texts.details.prove, exact: true }).click()
    await expect(window.getByText(texts.jobs.running.prove).first()).toBeVisible()
    await expect(window.getByText(/^Proven: restored into a PostgreSQL of its own/)).toBeVisible({
      timeout: 120_000,
    })
    await picture(app, 'backup-proven')

    await window.getByRole('button', { name: texts.details.backToList }).click()
    const list = window.getByRole('table')
    await expect(list.getByText(texts.states.proven.word, { exact: true })).toBeVisible()
    await picture(app, 'backups-proven')

    await navigation.getByText(texts.nav.today, { exact: true }).click()
    await expect(hero.getByText(texts.health.protected, { exact: true })).toBeVisible()
    await expect(hero.getByText(/^You can go back to .*; proven\.$/)).toBeVisible()
    await picture(app, 'today-protected')
    await until(async () => (await desktop.tray())?.tooltip.includes('; proven.') === true)
    expect(app.complaints).toEqual([])

    const status = await site.run('status', '--json')
    expect(status.exitCode).toBe(0)
    expect(status.json()).toMatchObject({ health: 'protected', alerts: [] })
    await app.electron.close()
  } finally {
    await desktop.stop()
  }
})
