// Draws every screen of the window for a person to look at:
//   node test/renderer/look.ts [part of a name]
// The built window is served with the very content policy that the app sends, and the pretend engine of
// fake-bridge.ts answers. Ends with exit 1 when anything broke the policy, threw, or was wider than the window.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright'
import { buildPretendWindow } from './pretend-window.ts'
import { press, restoreLooks, toDetails, toList, type Look } from './restore-looks.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}test-results/look`

const begin = async (page: Page): Promise<void> => {
  await page.getByLabel('Name of this restaurant').fill('Trattoria Lucia')
  await press(page, 'Begin')
}
const toHand = async (page: Page): Promise<void> => {
  await begin(page)
  await page.getByText('Connection text').first().click()
  await page.getByRole('textbox', { name: 'Connection text' }).fill('postgres://larder@db.example.net/pos')
  await press(page, 'Read it')
}
const toTrouble = async (page: Page): Promise<void> => {
  await toHand(page)
  await press(page, 'Connect')
}
const toDatabases = async (page: Page): Promise<void> => {
  await begin(page)
  await page.getByLabel('Password', { exact: true }).fill('secret')
  await press(page, 'Connect')
}
const toPlace = async (page: Page): Promise<void> => {
  await toDatabases(page)
  await press(page, 'Continue')
}
const toEncryption = async (page: Page): Promise<void> => {
  await toPlace(page)
  await press(page, 'Continue')
}
const toRecovery = async (page: Page): Promise<void> => {
  await toEncryption(page)
  await press(page, 'Set up')
}
const toBackup = async (page: Page): Promise<void> => {
  await toRecovery(page)
  await press(page, /Save key file/)
  await page.getByLabel('Last 8 characters').fill('abcd2345')
  await press(page, 'Confirm', 'Continue')
}
const looks: readonly Look[] = [
  { name: 'first-run-1-welcome', scenario: 'fresh' },
  { name: 'first-run-2-server', scenario: 'fresh', go: begin },
  { name: 'first-run-2-server-none', scenario: 'fresh-trouble', go: begin },
  {
    name: 'first-run-2-server-paste',
    scenario: 'fresh',
    go: async (page) => {
      await begin(page)
      await page.getByText('Connection text').first().click()
    },
  },
  {
    name: 'first-run-2-server-hand',
    scenario: 'fresh',
    go: toHand,
  },
  { name: 'first-run-3-databases', scenario: 'fresh', go: toDatabases },
  { name: 'first-run-3-databases-problem', scenario: 'fresh-trouble', go: toTrouble },
  { name: 'first-run-4-place', scenario: 'fresh', go: toPlace },
  { name: 'first-run-5-encryption', scenario: 'fresh', go: toEncryption },
  { name: 'first-run-6-recovery', scenario: 'fresh', go: toRecovery },
  { name: 'first-run-7-backup', scenario: 'fresh', go: toBackup },
  {
    name: 'first-run-7-backup-running',
    scenario: 'fresh',
    go: async (page) => {
      await toBackup(page)
      await press(page, 'Take it now')
    },
  },
  {
    name: 'first-run-8-result',
    scenario: 'fresh',
    go: async (page) => {
      await toBackup(page)
      await press(page, 'Take it now')
      await page.evaluate(() => Reflect.get(window, 'endPretendBackup')())
    },
  },
  { name: 'today-intact', scenario: 'intact' },
  { name: 'today-protected', scenario: 'protected' },
  { name: 'today-unconfirmed', scenario: 'unconfirmed' },
  { name: 'today-failing', scenario: 'failing' },
  { name: 'today-failing-asked', scenario: 'failing-asked' },
  { name: 'today-stopped', scenario: 'stopped', go: async (page) => press(page, 'Back up now') },
  {
    name: 'today-focus',
    scenario: 'intact',
    go: async (page) => {
      for (let step = 0; step < 4; step++) await page.keyboard.press('Tab')
    },
  },
  { name: 'today-running', scenario: 'running' },
  { name: 'today-cancel', scenario: 'running', go: async (page) => press(page, /^Cancel: .* pos/) },
  { name: 'today-empty', scenario: 'empty', go: async (page) => press(page, 'Do this later') },
  { name: 'today-paused', scenario: 'paused' },
  { name: 'today-many', scenario: 'many' },
  { name: 'backups', scenario: 'intact', go: toList },
  { name: 'backups-many', scenario: 'many', go: toList },
  {
    name: 'backups-empty',
    scenario: 'empty',
    go: async (page) => {
      await press(page, 'Do this later')
      await toList(page)
    },
  },
  { name: 'details', scenario: 'intact', go: toDetails },
  {
    name: 'details-checked',
    scenario: 'intact',
    go: async (page) => {
      await toDetails(page)
      await press(page, 'Check again')
    },
  },
  { name: 'recovery-later', scenario: 'unconfirmed', go: async (page) => press(page, 'Confirm the key') },
  { name: 'unreachable', scenario: 'unreachable' },
  ...restoreLooks,
]

const sizes = [
  { name: 'large', width: 1100, height: 720, schemes: ['light', 'dark'] },
  { name: 'small', width: 760, height: 560, schemes: ['light', 'dark'] },
  // What 200 % zoom leaves of the small window.
  { name: 'zoom', width: 380, height: 280, schemes: ['light'] },
] as const
type Size = (typeof sizes)[number]

const troubles: string[] = []
const pretended = await buildPretendWindow('look-window')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
mkdirSync(folder, { recursive: true })
const wanted = process.argv[2] ?? ''
for (const look of looks.filter(({ name }) => name.includes(wanted))) {
  await Promise.all(
    sizes.flatMap((size) => size.schemes.map(async (scheme) => draw(browser, look, size, scheme))),
  )
}
await browser.close()
await pretended.close()
console.log(
  troubles.length === 0 ? 'No violation of the policy, no error, nothing too wide.' : troubles.join('\n'),
)
process.exitCode = troubles.length === 0 ? 0 : 1

async function draw(on: Browser, look: Look, size: Size, colorScheme: 'light' | 'dark'): Promise<void> {
  const viewport = { width: size.width, height: size.height }
  const context = await on.newContext({ viewport, colorScheme, locale: 'en-GB', timezoneId: 'Europe/Rome' })
  const page = await context.newPage()
  const label = `${look.name}-${size.name}-${colorScheme}`
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`${label}: ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`${label}: ${error.message}`))
  try {
    await pretended.open(page, look.scenario)
    await look.go?.(page)
    await page.waitForTimeout(350)
    await reportOverflow(page, label)
  } catch (error) {
    troubles.push(`${label}: ${String(error)}`)
  }
  await page.screenshot({ path: `${folder}/${label}.png` })
  await context.close()
}

/** Anything that reaches past the right edge would need horizontal scrolling, or be cut off. */
async function reportOverflow(page: Page, label: string): Promise<void> {
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('#window *, [data-portal] *')]
      .filter((element) => {
        const { right, width } = element.getBoundingClientRect()
        const hidden = element.closest('.for-readers, svg, .job-bar, [hidden], pre') !== null
        return !hidden && width > 0 && right > window.innerWidth + 1
      })
      .map((element) => `${element.tagName} ${String(element.getAttribute('class'))}`),
  )
  if (wide.length > 0) troubles.push(`${label}: too wide: ${wide.slice(0, 3).join('; ')}`)
}
