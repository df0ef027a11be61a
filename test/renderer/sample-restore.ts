import type {
  Connected,
  Restore,
  RestoreLook,
  RestoreResult,
  TableLoss,
} from '../../electron/shared/restore-model.ts'
import { ago, backup } from './sample.ts'

/** Facts of pretend restores, as the engine would tell them. */
const loss = (name: string, part: Partial<TableLoss> = {}): TableLoss => ({
  schema: 'public',
  name,
  backupRows: 1000,
  liveRows: 1000,
  newerRows: null,
  newestAt: null,
  sums: [],
  ...part,
})

const someLosses: readonly TableLoss[] = [
  loss('order_lines', { backupRows: 612_904, liveRows: 613_318, newerRows: 414, newestAt: ago(0.02) }),
  loss('orders', {
    backupRows: 204_417,
    liveRows: 204_555,
    newerRows: 138,
    newestAt: ago(0.02),
    sums: [{ column: 'total', total: '4120.50' }],
  }),
  loss('payments', {
    backupRows: 203_990,
    liveRows: 204_121,
    newerRows: 131,
    newestAt: ago(0.03),
    sums: [
      { column: 'amount', total: '3988.00' },
      { column: 'tip', total: '212.35' },
    ],
  }),
  loss('reservations', { backupRows: 4170, liveRows: 4151, newerRows: 2, newestAt: ago(0.2) }),
  loss('customers', { backupRows: 6330, liveRows: null }),
  loss('vouchers_2026', { backupRows: null, liveRows: 88 }),
  loss('products'),
]

const manyLosses: readonly TableLoss[] = Array.from({ length: 60 }, (_, index) =>
  loss(
    index === 3
      ? 'Bestellpositionszusatzinformationen der Außer-Haus-Verkaufsstelle am See'
      : `positions_${index}`,
    {
      schema: index % 7 === 0 ? 'kassenabrechnungen' : 'public',
      liveRows: 1000 + ((index * 7919) % 1301),
      newerRows: index % 3 === 0 ? null : (index * 7919) % 1301,
      newestAt: index % 3 === 0 ? null : ago(index / 10 + 0.1),
      sums: index % 5 === 0 ? [{ column: 'bruttogesamtbetrag', total: '123456789012345678.9012' }] : [],
    },
  ),
)

const till: Connected = { user: 'pos', application: 'OrderPad 4.2', from: '192.168.1.21', sessions: 3 }

export const look = (part: Partial<RestoreLook> = {}): RestoreLook => ({
  backupId: 'b0',
  database: 'pos',
  takenAt: backup(0).takenAt,
  liveExists: true,
  problems: [],
  warnings: [],
  missingRoles: [],
  presentRoles: ['larder', 'pos', 'postgres'],
  sessions: [till, { user: 'reports', application: '', from: null, sessions: 1 }],
  losses: { takenAt: backup(0).takenAt, tables: [...someLosses] },
  measuredMs: 42_000,
  ...part,
})

export const quietLook = look({
  sessions: [],
  losses: { takenAt: backup(0).takenAt, tables: [] },
  measuredMs: null,
})

export const goneLook = look({ liveExists: false, sessions: [], losses: null })

export const manyLook = look({
  losses: { takenAt: backup(0).takenAt, tables: [...manyLosses] },
  sessions: Array.from({ length: 12 }, (_, index) => ({
    ...till,
    application:
      index === 2 ? 'Kassenabrechnungsübertragungsprogramm der Unternehmensgruppe' : `OrderPad ${index + 1}`,
    from: `192.168.1.${index + 20}`,
  })),
  warnings: ['The disk of the database has 4.1 GB left afterwards.'],
  missingRoles: ['pos_admin', 'Küchenpersonal Gartenterrasse'],
})

export const stoppedLook = look({
  problems: [
    {
      code: 'RESTORE_RIGHTS',
      text: 'The login “larder” may not restore: it may not create databases. Nothing was changed; the till is exactly as it was.',
      next: 'Restore with an administrator’s login (it is not kept), or restore into another database.',
    },
    {
      code: 'RESTORE_NO_ROOM',
      text: 'There is too little room for a second copy of the database: 120 MB free. The till is exactly as it was.',
      next: 'Make room for 410 MB, or release the database that an earlier restore has kept.',
    },
  ],
})

export const result = (part: Partial<RestoreResult> = {}): RestoreResult => ({
  id: 'r1',
  kind: 'replace',
  verdict: 'restored',
  database: 'pos',
  backupId: 'b0',
  takenAt: backup(0).takenAt,
  safetyBackupId: 'b99',
  keptAs: 'pos_larder_kept_3f91ab07',
  keptUntil: ago(-14 * 24),
  differences: [],
  notes: [],
  downtimeMs: 240,
  durationMs: 48_300,
  after: null,
  report: '/srv/larder/reports/r1.html',
  ...part,
})

export const differentResult = result({
  verdict: 'restored-with-differences',
  differences: [
    { object: 'extension pg_stat_statements', expected: '1.10', found: '1.9' },
    { object: 'the program after the restore', expected: 'exit code 0', found: 'exit code 1' },
  ],
  notes: ['The role pos_admin was made without a password, because the roles file has none.'],
  after: {
    command: 'npx prisma migrate deploy',
    code: 1,
    output: `Prisma schema loaded\n${'Applying migration 20261101_add_tips\n'.repeat(12)}Error: P3009: a migration failed before\n`,
  },
})

export const failedResult = result({
  verdict: 'not-restored',
  differences: [
    { object: 'rows of public.order_lines', expected: '612904', found: '612001' },
    { object: 'constraint public.order_lines_order_id_fkey', expected: 'valid', found: 'missing' },
  ],
  keptAs: null,
  keptUntil: null,
  downtimeMs: null,
})

export const restore = (part: Partial<Restore> = {}): Restore => ({
  id: 'r1',
  kind: 'replace',
  state: 'kept',
  database: 'pos',
  backupId: 'b0',
  startedAt: ago(0.1),
  result: result(),
  report: '/srv/larder/reports/r1.html',
  ...part,
})

const longName = 'Kasse "Süd" der Gaststättenbetriebsgesellschaft (alt)'

export const severalKept: readonly Restore[] = [
  restore(),
  restore({
    id: 'r2',
    database: longName,
    startedAt: ago(30),
    result: result({
      id: 'r2',
      database: longName,
      takenAt: ago(70),
      keptAs: 'Kasse "Süd" der Gaststättenbetriebsg_larder_kept_77aa01ff',
      keptUntil: ago(-13 * 24),
    }),
  }),
]

export const pastRestores: readonly Restore[] = [
  ...severalKept,
  restore({ id: 'r3', kind: 'into', state: 'done', database: 'pos_2026_11_03', startedAt: ago(200) }),
  restore({ id: 'r4', kind: 'undo', state: 'done', startedAt: ago(260) }),
  restore({ id: 'r5', state: 'failed', startedAt: ago(261), result: null }),
  restore({ id: 'r6', state: 'released', startedAt: ago(700) }),
]
