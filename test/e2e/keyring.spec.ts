import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { keepersOf } from '../../electron/engine/secrets-file.ts'
import { faults } from '../../electron/shared/fault-table.ts'
import { texts } from '../../electron/shared/texts.ts'
import { picture, startApp, type RunningApp } from '../support/app.ts'
import { startDesktop, until, type Desktop } from '../support/desktop.ts'
import { firstRun } from '../support/first-run.ts'
import { startKeyring, type KeyringDaemon } from '../support/keyring.ts'
import { startLarder, type Answer } from '../support/larder-command.ts'
import { startPostgres, type PrivatePostgres } from '../support/postgres-server.ts'
import { makeTill } from '../support/small-till.ts'
import { tempFolder } from '../support/temp-folder.ts'

const password = 'canary in the keyring 7'

test.describe.configure({ mode: 'serial' })

let desktop: Desktop
let keyring: KeyringDaemon
let server: PrivatePostgres
let app: RunningApp
const place = tempFolder()
const data = join(place.path, 'data')

const secretsText = (): string => readFileSync(join(data, 'secrets.json'), 'utf8')
const today = (): Promise<void> =>
  app.window.getByRole('navigation').getByText(texts.nav.today, { exact: true }).click()
const backUpNow = (): Promise<void> =>
  app.window.getByRole('button', { name: texts.today.backUpNow }).first().click()
const inShell = (...args: string[]): Promise<Answer> =>
  startLarder([...args, '--json'], { dataFolder: data }).ended

const countBackups = async (): Promise<number> => ((await inShell('list')).json() as unknown[]).length

async function restartApp(): Promise<void> {
  await app.electron.evaluate(({ app: electron }) => electron.exit())
  app = await startApp(desktop, data)
  await expect(app.window.getByRole('navigation')).toBeVisible()
}

test.beforeAll(async () => {
  desktop = await startDesktop()
  keyring = await startKeyring(desktop)
  server = await startPostgres()
  await makeTill(server)
  await server.psql('postgres', `CREATE ROLE keeper LOGIN SUPERUSER PASSWORD '${password}'`)
  app = await startApp(desktop, data)
})

test.afterAll(async () => {
  await app?.electron.evaluate(({ app: electron }) => electron.exit()).catch(() => undefined)
  await keyring?.[Symbol.asyncDispose]()
  await desktop?.stop()
  await server?.[Symbol.asyncDispose]()
  place[Symbol.dispose]()
})

test('with a keyring the first run leaves no secret in the open', async () => {
  const secret = encodeURIComponent(password)
  await firstRun(app, {
    siteName: 'Trattoria Lucia',
    url: `postgres://keeper:${secret}@127.0.0.1:${server.port}/till`,
    database: 'till',
    folder: join(place.path, 'backups'),
    keyFile: join(place.path, 'recovery-key.txt'),
  })
  expect(await keepersOf(data)).toEqual({
    'database-password': 'keyring',
    'site-identity': 'keyring',
    'signing-key': 'keyring',
  })
  expect(secretsText()).not.toContain('canary')
  expect(secretsText()).not.toContain('AGE-SECRET-KEY')
  expect(secretsText()).not.toContain(Buffer.from(password).toString('base64'))
})

test('after a restart a backup is taken without a question', async () => {
  await restartApp()
  await backUpNow()
  await until(async () => (await countBackups()) === 2, 60_000)
  await expect(app.window.getByText(texts.today.running)).toHaveCount(0)
})

test('the command without a desktop says who keeps the secrets, and takes no backup it could not finish', async () => {
  const backup = await inShell('backup')
  expect(backup.exitCode).toBe(1)
  expect(backup.json()).toMatchObject({ fault: { code: 'SECRETS_LOCKED', text: faults.SECRETS_LOCKED.text } })
  const { checks } = (await inShell('doctor')).json() as { checks: { name: string; text: string }[] }
  const told = checks.find(({ name }) => name === 'secrets')
  expect(told).toMatchObject({
    state: 'problem',
    text: expect.stringContaining('keyring of the desktop keeps database-password, site-identity'),
  })
  expect(await countBackups()).toBe(2)
})

test('with the keyring gone, a backup says what is wrong and the password entered again puts it right', async () => {
  await app.electron.evaluate(({ app: electron }) => electron.exit())
  await keyring[Symbol.asyncDispose]()
  app = await startApp(desktop, data)
  const { window } = app
  await backUpNow()
  await expect(window.getByText(faults.SECRETS_LOCKED.text).first()).toBeVisible()
  await picture(app, 'today-locked')
  await window.getByLabel(texts.today.password.label).fill(password)
  await window.getByRole('button', { name: texts.today.password.action }).click()
  await expect(window.getByText(faults.SECRETS_LOCKED.text)).toHaveCount(0, { timeout: 60_000 })
  await until(async () => (await countBackups()) === 3)
  expect(await keepersOf(data)).toEqual({
    'database-password': 'file',
    'site-identity': 'file',
    'signing-key': 'file',
  })
})

test('what was locked away before opens again once the keyring is back', async () => {
  const backups = (await inShell('list')).json() as { id: string; takenAt: string }[]
  const oldest = backups.toSorted((a, b) => a.takenAt.localeCompare(b.takenAt))[0]
  expect((await inShell('verify', oldest?.id ?? '')).json()).toMatchObject({
    fault: { code: 'SECRETS_LOCKED' },
  })
  await app.electron.evaluate(({ app: electron }) => electron.exit())
  keyring = await startKeyring(desktop)
  app = await startApp(desktop, data)
  const { window } = app
  await window.getByRole('navigation').getByText(texts.nav.backups, { exact: true }).click()
  await window
    .getByRole('button', { name: /^Open the backup of till/ })
    .last()
    .click()
  await window.getByRole('button', { name: texts.details.check, exact: true }).click()
  await expect(window.getByText(/^Intact: size, SHA-256/)).toBeVisible({ timeout: 60_000 })
})

test('a keyring that is there and locked is not waited for', async () => {
  await app.electron.evaluate(({ app: electron }) => electron.exit())
  await keyring.lock()
  app = await startApp(desktop, data)
  await today()
  await backUpNow()
  await until(async () => (await countBackups()) === 4, 60_000)
})
