import { expect, test, type Page } from '@playwright/test'
import { buildSampleRestaurant } from '../../scripts/sample-restaurant/build.ts'
import type { Restore } from '../../electron/shared/restore-model.ts'
import { texts } from '../../electron/shared/texts.ts'
import { picture, startApp, type RunningApp } from '../support/app.ts'
import { startDesktop, type Desktop } from '../support/desktop.ts'
import { makeCommandSite, type CommandSite } from '../support/larder-command.ts'
import { startPostgres, type PrivatePostgres } from '../support/postgres-server.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { salesIn, startTrading, type Trading } from '../support/trading.ts'

const words = texts.restore
const pin = 'hummer 42!'
const database = 'trattoria'

test.describe.configure({ mode: 'serial' })

let desktop: Desktop
let server: PrivatePostgres
let site: CommandSite
let trading: Trading
let app: RunningApp
let orderLines: string
const place = tempFolder()

test.beforeAll(async () => {
  server = await startPostgres()
  await buildSampleRestaurant(server, { database, scale: 0.15, upTo: new Date() })
  orderLines = await server.psql(database, 'SELECT count(*) FROM order_lines')
  trading = await startTrading(server, database)
  site = await makeCommandSite(server, place.path, [database])
  expect((await site.run('backup')).exitCode).toBe(0)
  desktop = await startDesktop()
  app = await startApp(desktop, site.dataFolder)
})

test.afterAll(async () => {
  await trading?.stop()
  await app?.electron.evaluate(({ app: electron }) => electron.exit()).catch(() => undefined)
  await desktop?.stop()
  await server?.[Symbol.asyncDispose]()
  place[Symbol.dispose]()
})

const button = (window: Page, name: string | RegExp) =>
  window.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })

const restores = async (): Promise<Restore[]> => (await site.run('restores', '--json')).json() as Restore[] // its contract

test('a technician restores a dropped table while the till sells on', async () => {
  await server.psql(database, 'DROP TABLE order_lines CASCADE')
  const { window } = app
  await window.getByRole('navigation').getByText(texts.nav.backups, { exact: true }).click()
  await button(window, /^Open the backup of trattoria/).click()
  await button(window, words.open).click()

  await expect(window.getByRole('heading', { name: words.point.title })).toBeVisible()
  await picture(app, 'restore-1-point')
  await button(window, texts.common.continue).click()

  await expect(window.getByRole('heading', { name: words.look.title })).toBeVisible()
  await expect(window.getByRole('row', { name: /order_lines/ })).toBeVisible()
  await expect(window.getByRole('row', { name: /larder_test_sales/ })).toBeVisible()
  await picture(app, 'restore-2-look')
  await button(window, texts.common.continue).click()

  await expect(window.getByRole('heading', { name: words.confirm.title(database) })).toBeVisible()
  const replace = button(window, /^Replace trattoria with the backup of/)
  await expect(replace).toBeDisabled()
  await window.getByLabel(words.pin.first, { exact: true }).fill(pin)
  await window.getByLabel(words.pin.again, { exact: true }).fill(pin)
  await expect(replace).toBeDisabled()
  await window.getByLabel(words.confirm.type).fill(database)
  await picture(app, 'restore-3-confirm')
  await replace.click()

  await expect(
    window.getByText(words.result.restored.replace(database, '').split('the backup')[0] ?? ''),
  ).toBeVisible({
    timeout: 120_000,
  })
  await picture(app, 'restore-4-result')
  expect(await server.psql(database, 'SELECT count(*) FROM order_lines')).toBe(orderLines)
  const [restore] = await restores()
  expect(restore).toMatchObject({
    kind: 'replace',
    state: 'kept',
    result: { verdict: 'restored', differences: [] },
  })
  expect(restore?.result?.downtimeMs).toBeLessThan(1000)
  const soldThen = trading.sold.length
  await expect.poll(() => trading.sold.length).toBeGreaterThan(soldThen)
})

test('Undo on Today brings back what was there, and nothing that was sold is lost', async () => {
  const { window } = app
  await window.getByRole('navigation').getByText(texts.nav.today, { exact: true }).click()
  await picture(app, 'today-with-undo')
  await button(window, words.kept.undoNamed(database)).click()
  await window.getByLabel(words.pin.label).fill('not the pin')
  const putBack = button(window, words.undo.action(database))
  await putBack.click()
  await expect(window.getByText(/That is not the technician PIN/)).toBeVisible()
  await window.getByLabel(words.pin.label).fill(pin)
  await putBack.click()
  await expect(window.getByText(words.result.restored.undo(database))).toBeVisible({ timeout: 60_000 })
  await picture(app, 'restore-5-undone')

  expect(await server.psql(database, "SELECT to_regclass('order_lines') IS NULL")).toMatch(/^t/)
  await trading.stop()
  const [undo] = await restores()
  const aside = undo?.result?.keptAs ?? ''
  expect(undo?.result?.durationMs).toBeLessThan(2000)
  await server.psql('postgres', `ALTER DATABASE "${aside}" ALLOW_CONNECTIONS true`)
  const [live, put] = [await salesIn(server, database), await salesIn(server, aside)]
  expect(trading.sold.filter((number) => !live.has(number) && !put.has(number))).toEqual([])
  expect(app.complaints).toEqual([])
})
