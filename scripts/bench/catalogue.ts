// How fast the catalogue answers with 100,000 backups and as many jobs: several lifetimes of a restaurant.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  latestIntact,
  latestProven,
  listBackups,
  newestProvenPerDatabase,
  totals,
} from '../../electron/engine/catalogue/backups.ts'
import { openCatalogue, type Catalogue } from '../../electron/engine/catalogue/catalogue.ts'
import { recordCheck } from '../../electron/engine/catalogue/checks.ts'
import { runningJobs, unresolvedFailures } from '../../electron/engine/catalogue/job-history.ts'
import { beginJob, endJob } from '../../electron/engine/catalogue/jobs.ts'
import { thisProcess } from '../../electron/engine/catalogue/process-identity.ts'
import { recordBackup } from '../../electron/engine/catalogue/record-backup.ts'
import { sampleManifest } from '../../test/support/sample-manifest.ts'

export interface CatalogueFigure {
  readonly question: string
  readonly medianMs: number
  /** More than this is a failure. */
  readonly mustMs: number
  readonly aimMs: number
}

const backups = 100_000
const databases = ['kitchen', 'loyalty', 'menu', 'payroll', 'pos', 'stock']
const sixHoursMs = 6 * 3_600_000
const start = Date.UTC(2026, 0, 1)

/** Fills a catalogue in a temporary folder, asks it what the screens ask, and removes it. */
export function benchCatalogue(rounds = 200): readonly CatalogueFigure[] {
  const folder = mkdtempSync(join(tmpdir(), 'larder-bench-'))
  const catalogue = openCatalogue(join(folder, 'catalogue.db'))
  try {
    fill(catalogue)
    const middle = listBackups(catalogue, { limit: 1 }).map(({ id }) => ({
      id,
      takenAt: new Date(start + (sixHoursMs * backups) / databases.length / 2).toISOString(),
    }))[0]
    return [
      measure('newest 50', rounds, () => listBackups(catalogue, { limit: 50 })),
      measure('newest 50 of one database', rounds, () =>
        listBackups(catalogue, { database: 'pos', limit: 50 }),
      ),
      measure('50 from the middle', rounds, () => listBackups(catalogue, { before: middle, limit: 50 })),
      measure('latest proven per database', rounds, () => newestProvenPerDatabase(catalogue)),
      measure('verdict of the site', rounds, () => askForVerdict(catalogue)),
      measure('totals', rounds, () => totals(catalogue)),
    ]
  } finally {
    catalogue.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Through the same functions as the engine; only the transaction is larger, so that it takes seconds. */
function fill(catalogue: Catalogue): void {
  const owner = thisProcess()
  for (let from = 0; from < backups; from += 5000) {
    catalogue.write(() => {
      for (let n = from; n < from + 5000; n += 1) fillOne(catalogue, n, owner)
    })
  }
}

function fillOne(catalogue: Catalogue, n: number, owner: ReturnType<typeof thisProcess>): void {
  const database = databases[n % databases.length] ?? 'pos'
  const id = `backup-${n}`
  const takenAt = start + Math.floor(n / databases.length) * sixHoursMs
  const jobId = beginJob(catalogue, { kind: 'backup', database, owner, now: takenAt - 1000 })
  recordBackup(catalogue, sampleManifest({ id, database, takenAt, bytes: 50_000_000 + n }), {
    folder: '/backups',
    path: `trattoria/${database}/2026/01`,
    state: 'intact',
  })
  endJob(catalogue, jobId, { state: 'done', backupId: id }, takenAt + 7000)
  // One in seven is proven, and not the newest ones: a seek must get past those that are only intact.
  if (n % 7 !== 0 || n > backups * 0.99) return
  const check = { differences: [], startedAt: takenAt, durationMs: 60_000 }
  recordCheck(catalogue, { backupId: id, kind: 'proof', verdict: 'proven', ...check })
}

const askForVerdict = (catalogue: Catalogue): unknown => [
  runningJobs(catalogue),
  unresolvedFailures(catalogue),
  ...databases.map((database) => [
    latestIntact(catalogue, database),
    latestProven(catalogue, database),
    listBackups(catalogue, { database, limit: 1 }),
  ]),
]

function measure(question: string, rounds: number, ask: () => unknown): CatalogueFigure {
  const times = Array.from({ length: rounds }, () => {
    const from = performance.now()
    ask()
    return performance.now() - from
  }).toSorted((a, b) => a - b)
  return { question, medianMs: times[Math.floor(rounds / 2)] ?? Number.NaN, mustMs: 5, aimMs: 0.5 }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = benchCatalogue()
  console.table(
    figures.map(({ question, medianMs, mustMs, aimMs }) => ({
      question,
      'median ms': Number(medianMs.toFixed(3)),
      must: mustMs,
      aim: aimMs,
    })),
  )
  if (figures.some(({ medianMs, mustMs }) => !(medianMs < mustMs))) process.exitCode = 1
}
