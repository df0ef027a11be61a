import { manifest } from '../engine/catalogue/backups.ts'
import type { Backup, Fingerprint, Manifest } from '../shared/model.ts'
import { exitCodes } from './exit-codes.ts'
import { localMinute } from './local-time.ts'
import { answer } from './output.ts'
import { facts, table } from './table-rules.ts'
import type { Context, Verb } from './verb.ts'
import { withSite } from './with-site.ts'
import { counted, durationOf, number, sizeOf } from './words-rules.ts'

/** `larder show <id>`: one backup with everything that its manifest tells. */
export const addShow: Verb = (larder, act) => {
  larder
    .command('show')
    .description('show one backup with its tables')
    .argument('<id>', 'from the list, or: latest')
    .action((id: string) => act((context) => show(context, id)))
}

async function show(context: Context, id: string) {
  return withSite(context, async (engine) => {
    const backup = engine.find(id)
    const told = manifest(engine.site.catalogue, backup.id)
    const shown = {
      ...backup,
      toolVersion: told?.tool.version ?? null,
      fingerprint: told?.fingerprint ?? null,
    }
    answer(context, shown, () => inWords(backup, told))
    return exitCodes.done
  })
}

function inWords(backup: Backup, told: Manifest | undefined): string {
  const lines = [`${backup.database}, backup ${backup.id}: ${backup.state}.`, facts(factsOf(backup, told))]
  return told === undefined ? lines.join('\n') : [...lines, '', tables(told.fingerprint)].join('\n')
}

function factsOf(backup: Backup, told: Manifest | undefined): (readonly [string, string])[] {
  const { fingerprint, tool, recipients } = told ?? {}
  return [
    ['Taken', localMinute(backup.takenAt)],
    ['Read in full', backup.checkedAt === null ? 'never' : localMinute(backup.checkedAt)],
    ['Took', durationOf(backup.durationMs)],
    ['Size', `${sizeOf(backup.bytes)} (${sizeOf(backup.plainBytes)} before compression)`],
    ['Holds', `${counted(backup.tables, 'table')}, ${counted(backup.rows, 'row')}`],
    ...(fingerprint ? [['', alsoHolds(fingerprint)] as const] : []),
    ['Encrypted', backup.encrypted ? `age, to ${counted(recipients?.length ?? 0, 'key')}` : 'no'],
    ['PostgreSQL', `${backup.serverVersion}, saved by pg_dump ${tool?.version ?? 'of unknown version'}`],
    ['Pinned', backup.pinned ? 'yes: never deleted' : 'no'],
    ['Copies', backup.copies.map(({ destination, state }) => `${destination} (${state})`).join(', ')],
    ['SHA-256', backup.sha256],
    ['File', backup.file],
  ]
}

const alsoHolds = ({ sequences, largeObjects, objects }: Fingerprint): string =>
  [
    counted(sequences.length, 'sequence'),
    counted(largeObjects, 'large object'),
    `${counted(objects.length, 'object')} in all`,
  ].join(', ')

function tables({ tables: rows }: Fingerprint): string {
  const columns = [
    { title: 'TABLE', value: ({ schema, name }: (typeof rows)[number]) => `${schema}.${name}` },
    { title: 'KIND', value: ({ kind }: (typeof rows)[number]) => kind },
    { title: 'ROWS', value: (one: (typeof rows)[number]) => number(one.rows), align: 'right' as const },
  ]
  return table(columns, rows)
}
