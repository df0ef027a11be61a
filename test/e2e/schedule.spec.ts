import { expect, test } from '@playwright/test'
import { Engine } from '../../electron/engine/engine.ts'
import { settle } from '../../electron/engine/schedule/settle.ts'
import { saveSettings } from '../../electron/engine/settings.ts'
import type { Backup } from '../../electron/shared/model.ts'
import { texts } from '../../electron/shared/texts.ts'
import { desktopTexts } from '../../electron/shared/texts-desktop.ts'
import { picture, startApp } from '../support/app.ts'
import { startDesktop, until, type Desktop } from '../support/desktop.ts'
import { makeCommandSite } from '../support/larder-command.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { makeWorld } from '../support/test-site.ts'

const minute = 60_000

/** The plan wants a backup that was due two minutes ago, and Larder was last awake before that. */
async function missASlot(dataFolder: string): Promise<void> {
  const engine = await Engine.open(makeWorld(dataFolder, [], { now: () => Date.now() - 10 * minute }))
  const { settings } = engine.site
  const slot = new Date(Date.now() - 2 * minute)
  const schedule = {
    backup: [{ every: 'cron' as const, cron: `${slot.getUTCMinutes()} ${slot.getUTCHours()} * * *` }],
    proof: [],
    check: [],
    tradingHours: [],
  }
  await saveSettings(dataFolder, {
    ...settings,
    site: { ...settings.site, timeZone: 'UTC' },
    plan: { ...settings.plan, schedule },
  })
  await engine.refresh()
  settle(engine.site, engine.world.now())
  engine.close()
}

const tooltip = async (desktop: Desktop): Promise<string> => (await desktop.tray())?.tooltip ?? ''

test('the app backs up by itself when a slot has come, and is paused and resumed from its icon', async () => {
  using place = tempFolder()
  await using server = await startPostgres()
  await makeTill(server)
  const site = await makeCommandSite(server, place.path, ['till'])
  await missASlot(site.dataFolder)
  const desktop = await startDesktop()
  try {
    const app = await startApp(desktop, site.dataFolder)
    await until(async () => (await tooltip(desktop)).includes('You can go back to'), 30_000)
    const backups = (await site.run('list', '--json')).json() as Backup[]
    expect(backups.map(({ database, state }) => `${database} ${state}`)).toEqual(['till intact'])
    expect((await site.run('run', '--due')).out).toContain('Nothing is due.')

    expect(await desktop.trayClick(desktopTexts.pauseHour)).toBe(true)
    await until(async () => (await tooltip(desktop)).includes('Backups are paused until'))
    expect((await site.run('status', '--json')).json()).toMatchObject({ health: 'paused' })
    expect(await desktop.trayClick(desktopTexts.resume)).toBe(true)
    await until(async () => !(await tooltip(desktop)).includes('paused'))

    expect(await desktop.trayClick(desktopTexts.pauseTomorrow)).toBe(true)
    await picture(app, 'today-paused')
    await app.window.getByRole('button', { name: texts.today.resume, exact: true }).click()
    await until(async () => !(await tooltip(desktop)).includes('paused'))
    expect(app.complaints).toEqual([])
    await app.electron.close()
  } finally {
    await desktop.stop()
  }
})
