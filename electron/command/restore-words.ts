import type { RestoreLook, RestoreResult, TableLoss } from '../shared/restore-model.ts'
import { localMinute } from './local-time.ts'
import { facts, table, type Column } from './table-rules.ts'
import { counted, durationOf, number } from './words-rules.ts'

const verdicts: Record<RestoreResult['verdict'], (database: string) => string> = {
  restored: (database) => `${database} is restored, and equal to the backup.`,
  'restored-with-differences': (database) => `${database} is restored, with differences:`,
  'not-restored': () => 'Not restored: the till is exactly as it was.',
}

/** What came of a restore or an undo, for a technician. */
export function restoredInWords(result: RestoreResult): string {
  const { id, kind, verdict, database, differences, notes, after, keptAs, keptUntil } = result
  const isUndo = kind === 'undo' && verdict === 'restored'
  return [
    isUndo ? `${database} is again what it was before.` : verdicts[verdict](database),
    ...differences.map(({ object, expected, found }) => `  ${object}: expected ${expected}, found ${found}`),
    ...notes.map((note) => `  ${note}`),
    facts([
      ['Took', durationOf(result.durationMs)],
      ...(result.downtimeMs === null ? [] : [['Till away for', `${result.downtimeMs} ms`] as const]),
      ...(result.safetyBackupId === null ? [] : [['Backup before', result.safetyBackupId] as const]),
      ...(keptAs === null ? [] : [['Kept', `${keptAs}, until ${localMinute(keptUntil ?? '')}`] as const]),
      ...(keptAs === null ? [] : [['Undo with', `larder undo ${id.slice(0, 8)}`] as const]),
      ...(result.report === null ? [] : [['Report', result.report] as const]),
    ]),
    ...(after === null
      ? []
      : [`${after.command} ended with ${after.code ?? 'no exit code'}:`, after.output.trimEnd()]),
  ].join('\n')
}

const rows = (count: number | null): string => (count === null ? '-' : number(count))

const columns: readonly Column<TableLoss>[] = [
  { title: 'TABLE', value: ({ schema, name }) => `${schema}.${name}` },
  { title: 'IN THE TILL', value: ({ liveRows }) => rows(liveRows), align: 'right' },
  { title: 'IN THE BACKUP', value: ({ backupRows }) => rows(backupRows), align: 'right' },
  { title: 'NEWER', value: ({ newerRows }) => rows(newerRows), align: 'right' },
  { title: 'NEWEST', value: ({ newestAt }) => (newestAt === null ? '' : localMinute(newestAt)) },
  {
    title: 'MONEY IN THEM',
    value: ({ sums }) => sums.map(({ column, total }) => `${column} ${total}`).join(', '),
  },
]

/** What a restore would meet and cost. Nothing was changed by asking. */
export function lookInWords(look: RestoreLook): string {
  const { database, takenAt, problems, warnings, sessions, losses } = look
  const people = sessions.reduce((sum, one) => sum + one.sessions, 0)
  return [
    `Going back to ${localMinute(takenAt)}: nothing was changed yet.`,
    ...problems.map(({ text, next }) => `In the way: ${text}\n  ${next}`),
    ...warnings,
    ...(people === 0 ? [] : [`${counted(people, 'session')} of the till would be cut off for a moment.`]),
    ...(losses === null
      ? [`There is no database ${database} now: nothing can be lost.`]
      : lossesInWords(losses.tables)),
    ...(problems.length > 0 ? [] : ['Add --yes to do it. What is there now is backed up first, and kept.']),
  ].join('\n')
}

const lossesInWords = (tables: readonly TableLoss[]): string[] =>
  tables.length === 0
    ? ['The till holds nothing that is not in this backup.']
    : ['What the till would lose or get back:', table(columns, tables)]
