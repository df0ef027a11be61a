import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../../electron/shared/fault-table.ts'
import { startApp, type RunningApp } from '../support/app.ts'
import { startDesktop, type Desktop } from '../support/desktop.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { buildPretendWindow } from './pretend-window.ts'
import { confirmWith, press, toConfirm, toEnd, toList, toLook, toPoint, toRun } from './restore-looks.ts'
import type { ScenarioName } from './scenarios.ts'

const data = tempFolder()
let desktop: Desktop
let app: RunningApp
let page: Page
let pretended: Awaited<ReturnType<typeof buildPretendWindow>>

beforeAll(async () => {
  pretended = await buildPretendWindow('behaviour-window')
  desktop = await startDesktop()
  app = await startApp(desktop, join(data.path, 'data'))
  page = await startWindow()
})

afterAll(async () => {
  await app?.electron.evaluate(({ app: electron }) => electron.exit()).catch(() => undefined)
  await desktop?.stop()
  await pretended?.close()
  data[Symbol.dispose]()
})

/** The screens in the runtime that ships, in a window beside the app's own that has no bridge. */
async function startWindow(): Promise<Page> {
  const opened = app.electron.waitForEvent('window')
  await app.electron.evaluate(({ BrowserWindow }) => {
    const place = { width: 1100, height: 720, webPreferences: { partition: 'screens' } }
    void new BrowserWindow(place).loadURL('about:blank')
  })
  const window = await opened
  window.setDefaultTimeout(10_000)
  return window
}

const open = async (scenario: ScenarioName): Promise<void> => pretended.open(page, scenario)

const replaceButton = () => page.getByRole('button', { name: /^Replace/ })
const pinField = () => page.getByLabel('Technician PIN', { exact: true })

describe('the restore wizard', () => {
  test('replaces nothing before the name is typed exactly and a PIN is there', async () => {
    await open('intact')
    await toConfirm(page)
    const name = page.getByLabel(/^Type the name/)
    expect(await name.inputValue()).toBe('')
    await pinField().fill('wild garlic 7')
    for (const wrong of ['po', 'Pos', 'pos ', 'POS']) {
      await name.fill(wrong)
      expect(await replaceButton().isDisabled(), wrong).toBe(true)
    }
    await name.fill('pos')
    expect(await replaceButton().isEnabled()).toBe(true)
    await pinField().fill('')
    expect(await replaceButton().isDisabled()).toBe(true)
  })

  test('goes its whole way by keyboard: Enter answers a step, and does nothing where an answer is missing', async () => {
    await open('intact')
    await toPoint(page)
    await page.getByRole('radio', { name: /^In the place of pos/ }).focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.getByLabel('Name of the new database').inputValue()).toMatch(/^pos_\d{4}_\d\d_\d\d$/)
    await page.keyboard.press('ArrowUp')
    await page.getByRole('button', { name: 'Continue' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(/rows of 5 tables came after/).waitFor()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('What you would lose')
    await page.getByRole('button', { name: 'Continue' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel(/^Type the name/).focus()
    await page.keyboard.type('pos')
    await page.keyboard.press('Enter')
    expect(await replaceButton().isDisabled()).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.type('wild garlic 7')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Restoring' }).waitFor()
  })

  test('says that a PIN was wrong and how long to wait, and asks for everything but the name again', async () => {
    await open('restore-pin')
    await toConfirm(page)
    await confirmWith(page, 'pos', 'a guess')
    await page.getByText(/not the technician PIN/).waitFor()
    await page.getByText(/next try is possible in \d+ sec/).waitFor()
    expect(await pinField().inputValue()).toBe('')
    await pinField().fill('wild garlic 7')
    expect(await replaceButton().isDisabled()).toBe(true)
  })

  test('has the first PIN chosen where there is none, typed twice alike', async () => {
    await open('restore-quiet')
    await toConfirm(page)
    await page.getByLabel(/^Type the name/).fill('pos')
    const again = page.getByLabel('The same once more')
    await page.getByLabel('New PIN').fill('111111')
    await again.fill('111112')
    expect(await replaceButton().isDisabled()).toBe(true)
    await again.fill('111111')
    await replaceButton().click()
    await page.getByText(faults.PIN_WEAK.text).waitFor()
    await page.getByLabel('New PIN').fill('wild garlic')
    await again.fill('wild garlic')
    await replaceButton().click()
    await page.getByRole('heading', { name: 'Restoring' }).waitFor()
  })

  test('sets another PIN with the recovery key', async () => {
    await open('restore-pin')
    await toConfirm(page)
    await press(page, 'PIN forgotten?')
    await page.getByRole('textbox', { name: 'Recovery key' }).fill('AGE-SECRET-KEY-1')
    await page.getByLabel('New PIN').fill('chives 2026')
    await page.getByLabel('The same once more').fill('chives 2026')
    await press(page, 'Set the PIN')
    await page.getByText('The new PIN is set.').waitFor()
    await confirmWith(page, 'pos', 'chives 2026')
    await page.getByRole('heading', { name: 'Restoring' }).waitFor()
  })

  test('stops where something is in the way, and goes on with a login that may', async () => {
    await open('restore-stopped')
    await toPoint(page)
    await press(page, 'Continue')
    await page.getByRole('heading', { name: 'In the way of this restore' }).waitFor()
    const onwards = page.getByRole('button', { name: 'Continue' })
    expect(await onwards.isDisabled()).toBe(true)
    await page.getByLabel('User').fill('postgres')
    await press(page, 'Look again with this login')
    await page.getByText(/rows of 5 tables came after/).waitFor()
    expect(await onwards.isEnabled()).toBe(true)
  })

  test('refuses a backup whose bytes are wrong', async () => {
    await open('restore-quiet')
    await toList(page)
    await press(page, 'Restore…', /corrupt/)
    await page.getByText(/cannot be restored: its bytes/).waitFor()
    expect(await page.getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true)
  })

  test('wants somebody named for every missing user, and shows how a command is split', async () => {
    await open('restore-many')
    await toLook(page)
    const onwards = page.getByRole('button', { name: 'Continue' })
    await page.getByText('Give what was theirs').click()
    expect(await onwards.isDisabled()).toBe(true)
    await page.getByLabel('Instead of pos_admin').selectOption('postgres')
    expect(await onwards.isDisabled()).toBe(true)
    await page.getByLabel('Instead of Küchenpersonal').selectOption('pos')
    await expect.poll(() => onwards.isEnabled()).toBe(true)
    await page.getByText('For technicians').click()
    const command = page.getByLabel('Program to run afterwards')
    await command.fill('"C:\\Program Files\\npx.cmd" migrate "deploy')
    expect(await onwards.isDisabled()).toBe(true)
    await command.fill('"C:\\Program Files\\npx.cmd" migrate deploy')
    const words = await page
      .getByRole('list', { name: 'Will be started as' })
      .getByRole('listitem')
      .allInnerTexts()
    expect(words).toEqual(['C:\\Program Files\\npx.cmd', 'migrate', 'deploy'])
  })

  test('can be cancelled until both change places, and never afterwards', async () => {
    await open('intact')
    await toRun(page)
    const cancel = page.getByRole('button', { name: /^Cancel: Restoring pos/ })
    await cancel.waitFor()
    const bar = page.getByRole('progressbar')
    expect(await bar.getAttribute('aria-valuenow')).toBeNull()
    await page.evaluate(() => Reflect.get(globalThis, 'pretendPhase')({ phase: 'swap', bytes: 0 }))
    await page.getByText(/cannot be cancelled any more/).waitFor()
    expect(await cancel.count()).toBe(0)
  })

  test('ends with the verdict, and takes it back where it stands', async () => {
    await open('kept')
    await toEnd(page)
    await page.getByRole('heading', { name: /^pos holds the backup of .* equal in every table/ }).waitFor()
    await press(page, 'Undo')
    await pinField().fill('wild garlic 7')
    await press(page, 'Put pos back')
    await page.getByRole('heading', { name: 'pos is again what it was before the restore.' }).waitFor()
    expect(await page.getByRole('button', { name: 'Undo', exact: true }).count()).toBe(0)
  })

  test('says of a fault that the till is as it was, and of an unforeseen one that it does not know', async () => {
    for (const [scenario, heading] of [
      ['restore-fault', 'pos is exactly as it was.'],
      ['restore-unforeseen', /^How this restore ended is not known/],
    ] as const) {
      await open(scenario)
      await toConfirm(page)
      await confirmWith(page, 'pos', 'any')
      await page.getByRole('heading', { name: heading }).waitFor()
    }
  })
})

describe('a restore on Today', () => {
  test('is undone after the PIN, and its card is gone', async () => {
    await open('kept')
    await press(page, 'Undo the restore of pos')
    const undo = page.getByRole('button', { name: 'Put pos back' })
    expect(await undo.isDisabled()).toBe(true)
    await pinField().fill('a guess')
    await undo.click()
    await page.getByText(/not the technician PIN/).waitFor()
    await page.getByText(/next try is possible/).waitFor()
    await page.reload()
    await press(page, 'Undo the restore of pos')
    await pinField().fill('wild garlic 7')
    await undo.click()
    await page.getByRole('heading', { name: 'pos is again what it was before the restore.' }).waitFor()
    await page.getByRole('dialog').getByText('Close', { exact: true }).click()
    expect(await page.getByText(/^You restored pos/).count()).toBe(0)
  })

  test('asks for a login with more rights where the usual one may not undo', async () => {
    await open('kept-rights')
    await press(page, 'Undo the restore of pos')
    await pinField().fill('wild garlic 7')
    await press(page, 'Put pos back')
    await page.getByText(/may not restore: it does not own the database/).waitFor()
    await page.getByLabel('User').fill('postgres')
    await press(page, 'Put pos back')
    await page.getByRole('heading', { name: 'pos is again what it was before the restore.' }).waitFor()
  })

  test('is released only by the name of what is deleted', async () => {
    await open('kept')
    await press(page, 'Release pos_larder_kept_3f91ab07')
    const remove = page.getByRole('button', { name: 'Delete pos_larder_kept_3f91ab07' })
    await pinField().fill('wild garlic 7')
    await page.getByLabel(/^Type the name/).fill('pos')
    expect(await remove.isDisabled()).toBe(true)
    await page.getByLabel(/^Type the name/).fill('pos_larder_kept_3f91ab07')
    await remove.click()
    await page.getByText(/^You restored pos/).waitFor({ state: 'detached' })
  })
})
