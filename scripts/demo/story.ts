import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { durationOf, number, sizeOf } from '../../electron/command/words-rules.ts'
import { restoreByHand } from './by-hand.ts'
import { larder, setUpLarder } from './larder.ts'
import { surviveDisaster } from './disaster.ts'
import type { Stage } from './stage.ts'
import { say, told, typed } from './words.ts'

const keyFile = 'larder-recovery-key.txt'

/** Larder's main job as a technician types it, told in lines with sizes and times. Throws when a step goes wrong. */
export async function tellStory(stage: Stage): Promise<void> {
  await introduce(stage)
  await setUpAndLook(stage)
  await takeAndCheck(stage)
  await prove(stage)
  await openWithoutLarder(stage)
  await askForTheVerdict(stage)
  await surviveDisaster(stage)
  say('\nThe server, the restaurant and all backups of this demo are gone now.')
}

async function introduce({ server, database, buildMs }: Stage): Promise<void> {
  const facts = `SELECT current_setting('server_version_num')::int / 10000, pg_database_size(current_database()),
    (SELECT count(*) FROM order_lines)`
  const [major, bytes, lines] = (await server.psql(database, facts)).split('|').map(Number)
  say(
    `A trattoria's till: PostgreSQL ${major}, private, in a temporary folder. Its database ${database} takes`,
  )
  say(`${sizeOf(bytes ?? 0)} with ${number(lines ?? 0)} order lines, and was made in ${durationOf(buildMs)}.`)
}

async function setUpAndLook(stage: Stage): Promise<void> {
  say('')
  const setup = await setUpLarder(stage)
  typed(setup.typed, setup.tookMs)
  told(setup.lines.filter((line) => /is set up|Backups|Recovery key/.test(line)))

  const doctor = await larder(stage, ['doctor'])
  typed('larder doctor', doctor.tookMs)
  told(doctor.lines.filter((line) => /^WARNING|^ok +(?:database|space)|^No problem|^All is well/.test(line)))
}

async function takeAndCheck(stage: Stage): Promise<void> {
  say('')
  const backup = await larder(stage, ['backup'])
  typed('larder backup', backup.tookMs)
  told(backup.lines.filter((line) => !/^ {2}(?:Took|Id|File)/.test(line)))

  const list = await larder(stage, ['list'])
  typed('larder list', list.tookMs)
  told(list.lines)

  const verify = await larder(stage, ['verify', 'latest'])
  typed('larder verify latest', verify.tookMs)
  told(verify.lines)

  const show = await larder(stage, ['show', 'latest'])
  typed('larder show latest', show.tookMs)
  told(
    show.lines.filter((line) => /^ {2}(?:Size|Holds|Encrypted| {5,})|public\.order(?:s|_lines) /.test(line)),
  )
}

async function prove(stage: Stage): Promise<void> {
  const proof = await larder(stage, ['verify', 'latest', '--proof'])
  typed('larder verify latest --proof', proof.tookMs)
  told([...proof.lines, 'It was restored into a PostgreSQL of its own, and every row and object was there.'])
}

async function openWithoutLarder(stage: Stage): Promise<void> {
  say('\nThe same backup without Larder, with nothing but the recovery key and the stock tools:')
  const { typed: line, tookMs, tables, rows } = await restoreByHand(stage, keyFile)
  typed(line, tookMs)
  told([`${tables} tables hold exactly the ${number(rows)} rows that the manifest counted.`])
}

async function askForTheVerdict(stage: Stage): Promise<void> {
  say('')
  const ending = (await readFile(join(stage.folder, keyFile), 'utf8')).trimEnd().slice(-8)
  const confirmed = await larder(stage, ['confirm-key', ending])
  typed('larder confirm-key <the last 8 characters of the recovery key>', confirmed.tookMs)
  told(confirmed.lines)

  const status = await larder(stage, ['status'])
  typed('larder status', status.tookMs)
  told(status.lines)
}
