import type { Output, ServerReport } from '../../electron/shared/ipc.ts'
import type { Backup, BackupState, Fingerprint, Job, Progress, Status } from '../../electron/shared/model.ts'

/** Facts of a pretend restaurant, as the engine would tell them. All moments count back from now. */
const hourMs = 3_600_000
export const ago = (hours: number): string => new Date(Date.now() - hours * hourMs).toISOString()
const sha = '9f2c41d07ab35e8816c4f0a2b7d95e3c1840fa6e7b2d93c5507e18a4c6f3b290'
export const folder = '/srv/backups/larder'

export function backup(index: number, part: Partial<Backup> = {}): Backup {
  const takenAt = ago(0.4 + index * 6)
  const database = part.database ?? 'pos'
  const stamp = takenAt.replaceAll(/[-:]|\.\d+/g, '')
  return {
    id: `b${index}`,
    database,
    state: 'intact',
    takenAt,
    file: `${folder}/trattoria-lucia/${database}/${takenAt.slice(0, 4)}/${takenAt.slice(5, 7)}/${database}-${stamp}-${index}f3a91c7.dump.zst.age`,
    bytes: 84_210_334 - index * 310_000,
    sha256: sha,
    plainBytes: 246_900_112 - index * 900_000,
    tables: 48,
    rows: 1_284_630 - index * 1800,
    durationMs: 72_400 + index * 130,
    encrypted: true,
    serverVersion: '15.18',
    checkedAt: ago(0.35 + index * 6),
    copies: [{ destination: folder, state: 'present' }],
    ...part,
  }
}

const ladder: readonly BackupState[] = ['taken', 'intact', 'proven', 'copied', 'corrupt', 'missing']
const oddNames = [
  'pos',
  'Kasse "Süd" – Müller & Söhne (alt) = 2019',
  '-rf weekly reports of the whole group, including the two terraces and the winter garden',
  'مطعم الزيتون',
  '予約',
]

export const manyBackups: readonly Backup[] = Array.from({ length: 130 }, (_, index) =>
  backup(index, {
    database: oddNames[index % oddNames.length] ?? 'pos',
    state: ladder[index % ladder.length] ?? 'intact',
    rows: index % 7 === 0 ? 0 : 1_284_630 - index * 1800,
    bytes: 84_210_334 * (index % 9 === 0 ? 400 : 1),
  }),
)

const tableNames = [
  ['order_lines', 612_904],
  ['orders', 204_417],
  ['payments', 203_990],
  ['stock_movements', 180_222],
  ['receipts', 61_004],
  ['shifts', 8012],
  ['customers', 6330],
  ['reservations', 4170],
  ['products', 412],
  ['tables', 38],
  ['tax_rates', 4],
] as const

export const fingerprint: Fingerprint = {
  tables: [
    ...tableNames.map(([name, rows]) => ({ schema: 'public', name, kind: 'table', rows }) as const),
    { schema: 'reporting', name: 'sales_by_day', kind: 'matview', rows: 2190 },
    {
      schema: 'audit',
      name: 'changes_of_prices_and_menus_with_the_person_who_made_them',
      kind: 'partitioned',
      rows: 990,
    },
  ],
  sequences: Array.from({ length: 9 }, (_, i) => ({
    schema: 'public',
    name: `s${i}`,
    value: '1',
    isCalled: true,
  })),
  largeObjects: 3,
  objects: Array.from({ length: 164 }, (_, i) => `table public.t${i}`),
}

export const status = (part: Partial<Status>): Status => ({
  health: 'attention',
  sentence: 'You can go back to 15:30 today. This backup is intact, not proven yet.',
  nextSlotAt: null,
  lastIntactAt: ago(0.4),
  lastProvenAt: null,
  alerts: [],
  ...part,
})

export const today = (part: Partial<Output<'today'>>): Output<'today'> => ({
  status: status({}),
  siteName: 'Trattoria Lucia',
  databases: ['pos'],
  folder,
  freeBytes: 118_400_000_000,
  storedBytes: 2_310_000_000,
  backupCount: 28,
  newest: [0, 1, 2, 3, 4].map((index) => backup(index)),
  running: [],
  failures: [],
  kept: [],
  recoveryConfirmed: true,
  encrypted: true,
  ...part,
})

export const failedJob: Job = {
  id: 'j9',
  kind: 'backup',
  database: 'pos',
  state: 'failed',
  startedAt: ago(0.3),
  endedAt: ago(0.28),
  backupId: null,
  fault: {
    code: 'DB_AUTH',
    text: 'The till database refused the user name or the password, so no backup was made. Your earlier backups are untouched.',
    next: 'Enter the password again. PostgreSQL gives the same answer for a user that does not exist.',
    detail:
      '28P01: password authentication failed for user "larder"\nhost=localhost port=5432 database=pos tls=prefer',
  },
}

export const progress = (part: Partial<Progress> = {}): Progress => ({
  jobId: 'j10',
  kind: 'backup',
  database: 'pos',
  phase: 'dump',
  bytes: 131_400_000,
  expectedBytes: 246_900_112,
  storedBytes: 44_800_000,
  table: 'public.order_lines',
  elapsedMs: 31_000,
  expectedMs: 72_400,
  ...part,
})

export const report: ServerReport = {
  version: '15.18',
  databases: [
    { name: 'pos', bytes: 246_900_112, tables: 48 },
    { name: 'reservations', bytes: 31_400_000, tables: 11 },
    { name: 'postgres', bytes: 7_600_000, tables: 0 },
  ],
  problems: [],
  warnings: [
    'pg_dump 15.3 is older than 15.14, which closed security holes (CVE-2025-8714). An update is worth it.',
  ],
}

export const troubledReport: ServerReport = {
  ...report,
  problems: [
    {
      database: 'reservations',
      text: 'The user larder may not read the tables guests and guests_notes.',
      next: 'GRANT pg_read_all_data TO larder;',
    },
    { database: 'postgres', text: 'It holds nothing.', next: 'Leave it out.' },
  ],
}
