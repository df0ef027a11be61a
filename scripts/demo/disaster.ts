import { number } from '../../electron/command/words-rules.ts'
import { larder } from './larder.ts'
import type { Stage } from './stage.ts'
import { say, told, typed } from './words.ts'

/** A table is gone; the backup takes the till's place, and can be taken back. Throws when a row is not where it should be. */
export async function surviveDisaster(stage: Stage): Promise<void> {
  const { server, database } = stage
  const before = await orderLines(stage)
  await server.psql(database, 'DROP TABLE order_lines CASCADE')
  say('\nA disaster: somebody types DROP TABLE order_lines CASCADE into the till.')

  // The everyday login can only read. Whoever restores brings an administrator's, which is not kept.
  const admin = ['--user', server.user]
  const env = { PGPASSWORD: server.password }
  const shownOnly = 2
  const look = await larder(stage, ['restore', 'latest', '--replace', ...admin], { env, expected: shownOnly })
  typed(`larder restore latest --replace --user ${server.user}`, look.tookMs)
  told(look.lines)

  const restored = await larder(stage, ['restore', 'latest', '--replace', '--yes', ...admin], { env })
  typed(`larder restore latest --replace --user ${server.user} --yes`, restored.tookMs)
  told(restored.lines)
  const after = await orderLines(stage)
  if (after !== before)
    throw new Error(`The till holds ${after ?? 'no'} order lines, and held ${before ?? 0}.`)
  told([`order_lines holds its ${number(after ?? 0)} rows again.`])

  const id = /larder undo (\S+)/.exec(restored.lines.join('\n'))?.[1] ?? ''
  const undone = await larder(stage, ['undo', id, ...admin], { env })
  typed(`larder undo ${id} --user ${server.user}`, undone.tookMs)
  told(undone.lines)
  if ((await orderLines(stage)) !== null)
    throw new Error('The undo did not bring back what was there before.')
  told(['The till is as the disaster left it: nothing that a restore replaces is lost.'])
}

/** Null when the table is not there. */
async function orderLines({ server, database }: Stage): Promise<number | null> {
  const exists = await server.psql(database, "SELECT to_regclass('order_lines') IS NOT NULL")
  if (exists.trim() !== 't') return null
  return Number(await server.psql(database, 'SELECT count(*) FROM order_lines'))
}
