// npm run bench [-- --only backup|proof|restore|memory|tray|catalogue] [--quick]
// Every ratio is taken within one run, in turns with what it is compared to. Absolute times say nothing elsewhere.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMet, type Figure } from './bench/accounting.ts'
import { benchBackup } from './bench/backup.ts'
import { benchCatalogue } from './bench/catalogue.ts'
import { buildLarderBackup } from './bench/larder-backup.ts'
import { benchMemory } from './bench/memory.ts'
import { benchProof } from './bench/proof.ts'
import { benchRestore } from './bench/restore.ts'
import { withTills, type Megabytes, type Till } from './bench/tills.ts'
import { benchTray } from './bench/tray.ts'

const parts = ['catalogue', 'backup', 'proof', 'restore', 'memory', 'tray'] as const
type Part = (typeof parts)[number]
/** These need databases to work on. */
const onTills: readonly Part[] = ['backup', 'proof', 'restore', 'memory']

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const { only, quick } = values
if (only !== undefined && !parts.some((part) => part === only))
  throw new Error(`There is no part ${only}; there are ${parts.join(', ')}.`)
const isWanted = (part: Part): boolean => only === undefined || only === part

async function measure(folder: string): Promise<Figure[]> {
  const figures = isWanted('catalogue') ? catalogueFigures() : []
  if (onTills.some(isWanted)) figures.push(...(await measureBackups(folder)))
  if (isWanted('tray')) figures.push(...(await benchTray(folder, quick ? 3 : 9)))
  return figures
}

async function measureBackups(folder: string): Promise<Figure[]> {
  await buildLarderBackup()
  const sizes: Megabytes[] = quick ? [5, 50] : [5, 50, 150]
  return withTills(folder, sizes, async (tills) => [
    ...(isWanted('backup') ? await benchBackup(tills.slice(1), folder, quick ? 3 : 5) : []),
    ...(isWanted('proof') ? await benchProof(tills.slice(1), folder, 3) : []),
    ...(isWanted('restore') ? await benchRestores(tills.slice(-1), folder) : []),
    ...(isWanted('memory') ? await benchMemory(tills) : []),
  ])
}

async function benchRestores(tills: readonly Till[], folder: string): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const till of tills) figures.push(...(await benchRestore(till, folder, 3)))
  return figures
}

function catalogueFigures(): Figure[] {
  return benchCatalogue().map(({ question, medianMs, mustMs, aimMs }) => ({
    figure: `100,000 backups: ${question} (ms)`,
    measured: medianMs,
    must: mustMs,
    aim: aimMs,
  }))
}

const round = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value.toPrecision(3))

function print(figures: readonly Figure[]): void {
  console.table(
    figures.map((one) => ({
      figure: one.figure,
      must: round(one.must),
      aim: round(one.aim),
      measured: round(one.measured),
      from: round(one.spread?.[0]),
      to: round(one.spread?.[1]),
      '': verdict(one),
    })),
  )
}

function verdict(one: Figure): string {
  if (one.must === null) return ''
  if (!isMet(one)) return 'MISSED'
  return one.aim !== null && one.measured <= one.aim ? 'aim reached' : 'ok'
}

function write(figures: readonly Figure[], loadBefore: number): void {
  const results = join(import.meta.dirname, '../bench-results')
  mkdirSync(results, { recursive: true })
  const at = new Date().toISOString()
  const file = join(results, `${at.replaceAll(/[:.]/g, '-')}.json`)
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    node: process.version,
    load: [loadBefore, loadavg()[0] ?? Number.NaN],
  }
  writeFileSync(file, `${JSON.stringify({ at, quick, machine, figures }, undefined, 2)}\n`)
  console.log(`Written to ${file}`)
}

const folder = mkdtempSync(join(tmpdir(), 'larder-bench-'))
try {
  const loadBefore = loadavg()[0] ?? Number.NaN
  const figures = await measure(folder)
  print(figures)
  write(figures, loadBefore)
  if (!figures.every(isMet)) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
