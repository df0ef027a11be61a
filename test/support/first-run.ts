import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { texts } from '../../electron/shared/texts.ts'
import { answerDialogs, type RunningApp } from './app.ts'

const words = texts.firstRun

interface Answers {
  readonly siteName: string
  /** With the password in it, as a person would paste it. */
  readonly url: string
  readonly database: string
  readonly folder: string
  readonly keyFile: string
}

/** Goes through the first run as a person would, to an intact first backup and *Today*. */
export async function firstRun(app: RunningApp, answers: Answers): Promise<void> {
  const { window } = app
  const next = window.getByRole('button', { name: texts.common.continue })
  await answerDialogs(app, answers)
  await window.getByLabel(words.welcome.name).fill(answers.siteName)
  await window.getByRole('button', { name: words.welcome.begin }).click()

  await window.getByRole('radiogroup').getByText(words.server.ways.paste).click()
  await window.getByRole('textbox', { name: words.server.paste }).fill(answers.url)
  await window.getByRole('button', { name: words.server.read }).click()
  await window.getByRole('button', { name: words.server.connect }).click()

  const tick = window.getByRole('checkbox', { name: answers.database })
  await expect(tick).toBeVisible()
  if (!(await tick.isChecked())) await tick.click()
  await next.click()

  await window.getByRole('button', { name: words.place.choose }).click()
  await next.click()
  await window.getByRole('button', { name: words.encryption.setUp, exact: true }).click()

  await window.getByRole('button', { name: words.recovery.saveAction }).click()
  await expect(window.getByText(answers.keyFile)).toBeVisible()
  const key = readFileSync(answers.keyFile, 'utf8').match(/AGE-SECRET-KEY-1\w+/)?.[0] ?? ''
  await window.getByLabel(words.recovery.ending).fill(key.slice(-8))
  await window.getByRole('button', { name: words.recovery.confirmAction }).click()
  await expect(window.getByText(words.recovery.confirmed)).toBeVisible()
  await next.click()

  await window.getByRole('button', { name: words.backup.start }).click()
  await expect(window.getByText(words.backup.resultTitle(1, '1'))).toBeVisible({ timeout: 60_000 })
  await window.getByRole('button', { name: words.backup.finish }).click()
  await expect(window.getByText(/^You can go back to \d\d:\d\d today/).first()).toBeVisible()
}
