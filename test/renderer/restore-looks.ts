import type { Page } from 'playwright'
import type { ScenarioName } from './scenarios.ts'

export interface Look {
  readonly name: string
  readonly scenario: ScenarioName
  /** Leads from the opened window to what should be seen. */
  readonly go?: (page: Page) => Promise<void>
}

export const press = async (page: Page, ...names: readonly (string | RegExp)[]): Promise<void> => {
  for (const name of names) await page.getByRole('button', { name }).first().click()
}

export const toList = async (page: Page): Promise<void> => press(page, /^Backups$/)
export const toDetails = async (page: Page): Promise<void> => {
  await toList(page)
  await press(page, /^Open the backup/)
}

export const toPoint = async (page: Page): Promise<void> => {
  await toDetails(page)
  await page.getByRole('article').getByRole('button', { name: 'Restore…' }).click()
}
export const toLook = async (page: Page): Promise<void> => {
  await toPoint(page)
  await press(page, 'Continue')
  await page.getByText(/proof took|not known: no backup/).waitFor()
}
const toStopped = async (page: Page): Promise<void> => {
  await toPoint(page)
  await press(page, 'Continue')
}
const toSecondLook = async (page: Page): Promise<void> => {
  await toLook(page)
  await page.locator('.place').evaluate((place) => {
    place.scrollTop = 500
  })
}
export const toConfirm = async (page: Page): Promise<void> => {
  await toLook(page)
  await press(page, 'Continue')
}
export const confirmWith = async (page: Page, name: string, pin: string): Promise<void> => {
  await page.getByLabel(/^Type the name/).fill(name)
  await page.getByLabel('Technician PIN', { exact: true }).fill(pin)
  await press(page, /^Replace/)
}
export const toRun = async (page: Page): Promise<void> => {
  await toConfirm(page)
  await confirmWith(page, 'pos', 'wild garlic 7')
  await page.getByRole('heading', { name: 'Restoring' }).waitFor()
}
export const toEnd = async (page: Page): Promise<void> => {
  await toRun(page)
  await page.evaluate(() => Reflect.get(window, 'endPretendRestore')())
}

const odd = 'Kasse "Süd" der Gaststättenbetriebsgesellschaft (alt)'

export const restoreLooks: readonly Look[] = [
  { name: 'restore-1-point', scenario: 'intact', go: toPoint },
  {
    name: 'restore-1-point-into',
    scenario: 'restore-many',
    go: async (page) => {
      await toPoint(page)
      await page.getByText('Into a new database').click()
    },
  },
  {
    name: 'restore-1-point-list',
    scenario: 'many',
    go: async (page) => {
      await toList(page)
      await press(page, 'Restore…')
    },
  },
  {
    name: 'restore-1-point-refused',
    scenario: 'restore-quiet',
    go: async (page) => {
      await toList(page)
      await press(page, 'Restore…')
      await page.getByRole('button', { name: /corrupt/ }).click()
    },
  },
  { name: 'restore-2-look', scenario: 'intact', go: toLook },
  { name: 'restore-2-look-below', scenario: 'intact', go: toSecondLook },
  { name: 'restore-2-look-quiet', scenario: 'restore-quiet', go: toLook },
  { name: 'restore-2-look-gone', scenario: 'restore-gone', go: toLook },
  { name: 'restore-2-look-stopped', scenario: 'restore-stopped', go: toStopped },
  { name: 'restore-2-look-many', scenario: 'restore-many', go: toLook },
  { name: 'restore-2-look-many-below', scenario: 'restore-many', go: toSecondLook },
  {
    name: 'restore-2-look-roles',
    scenario: 'restore-many',
    go: async (page) => {
      await toLook(page)
      await page.getByText('Give what was theirs').click()
      await page.getByText('For technicians').click()
      await page
        .getByLabel('Program to run')
        .fill('"C:\\Program Files\\nodejs\\npx.cmd" prisma migrate deploy')
      await page.getByLabel('Program to run').scrollIntoViewIfNeeded()
    },
  },
  { name: 'restore-3-confirm', scenario: 'intact', go: toConfirm },
  {
    name: 'restore-3-confirm-ready',
    scenario: 'intact',
    go: async (page) => {
      await toConfirm(page)
      await page.getByLabel(/^Type the name/).fill('pos')
      await page.getByLabel('Technician PIN', { exact: true }).fill('secret')
      await page.getByRole('button', { name: /^Replace/ }).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'restore-3-confirm-first-pin',
    scenario: 'restore-quiet',
    go: async (page) => {
      await toConfirm(page)
      await page.getByLabel(/^Type the name/).fill('POS')
      await page.getByLabel('New PIN').fill('wild garlic')
      await page.getByLabel('The same once more').fill('wild parsley')
    },
  },
  {
    name: 'restore-3-confirm-wrong-pin',
    scenario: 'restore-pin',
    go: async (page) => {
      await toConfirm(page)
      await confirmWith(page, 'pos', 'something')
      await page.getByText('not the technician PIN').scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'restore-3-forgotten',
    scenario: 'restore-pin',
    go: async (page) => {
      await toConfirm(page)
      await press(page, 'PIN forgotten?')
    },
  },
  {
    name: 'restore-3-confirm-into',
    scenario: 'restore-many',
    go: async (page) => {
      await toPoint(page)
      await page.getByText('Into a new database').click()
      await press(page, 'Continue')
      await page.getByText(/proof took/).waitFor()
      await press(page, 'Continue')
    },
  },
  { name: 'restore-4-run', scenario: 'intact', go: toRun },
  {
    name: 'restore-4-run-swap',
    scenario: 'intact',
    go: async (page) => {
      await toRun(page)
      await page.evaluate(() =>
        Reflect.get(window, 'pretendPhase')({ phase: 'swap', bytes: 0, table: null, storedBytes: 0 }),
      )
    },
  },
  { name: 'restore-5-result', scenario: 'intact', go: toEnd },
  {
    name: 'restore-5-result-different',
    scenario: 'restore-many',
    go: async (page) => {
      await toConfirm(page)
      await confirmWith(page, odd, 'any')
      await page.getByRole('heading', { name: 'Restoring' }).waitFor()
      await page.evaluate(() => Reflect.get(window, 'endPretendRestore')())
    },
  },
  { name: 'restore-5-result-failed', scenario: 'restore-failed', go: toEnd },
  {
    name: 'restore-5-fault',
    scenario: 'restore-fault',
    go: async (page) => {
      await toConfirm(page)
      await confirmWith(page, 'pos', 'any')
    },
  },
  { name: 'today-kept', scenario: 'kept' },
  { name: 'today-kept-several', scenario: 'kept-several' },
  { name: 'today-undo', scenario: 'kept', go: async (page) => press(page, /^Undo/) },
  {
    name: 'today-undone',
    scenario: 'kept',
    go: async (page) => {
      await press(page, /^Undo/)
      await page.getByLabel('Technician PIN', { exact: true }).fill('wild garlic 7')
      await press(page, /^Put pos back/)
    },
  },
  {
    name: 'today-undo-rights',
    scenario: 'kept-rights',
    go: async (page) => {
      await press(page, /^Undo/)
      await page.getByLabel('Technician PIN', { exact: true }).fill('any')
      await press(page, /^Put pos back/)
      await page.getByLabel('User').waitFor()
    },
  },
  { name: 'today-release', scenario: 'kept-several', go: async (page) => press(page, /^Release Kasse/) },
  { name: 'backups-restores', scenario: 'kept-several', go: toList },
  {
    name: 'backups-restored',
    scenario: 'kept-several',
    go: async (page) => {
      await toList(page)
      await press(page, /^Show the restore/)
    },
  },
]
